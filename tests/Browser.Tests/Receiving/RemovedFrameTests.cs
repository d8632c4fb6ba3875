using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>A script removes the frame of a page that receives. Only what the page sends within its last event leaves.</summary>
public sealed class RemovedFrameTests(Site site)
{
    // The first message is handled, the second never: so the first is not acknowledged before the frame is removed.
    private const string Receive =
        """
        async rcpt => {
          const frame = document.createElement('iframe');
          frame.srcdoc = '<!doctype html>';
          const loaded = new Promise(resolve => { frame.onload = resolve; });
          document.body.append(frame);
          await loaded;
          window.received = [];
          const script = frame.contentDocument.createElement('script');
          script.type = 'module';
          script.textContent = `
            import { subscribe } from '/funccomet/index.js';
            subscribe({
              url: '/api',
              rcpt: '${rcpt}',
              lease: 3600,
              onMessage: ({ text }) => { parent.received.push(text); return text === '3' ? new Promise(() => {}) : undefined; },
            });
          `;
          frame.contentDocument.body.append(script);
        }
        """;

    [Theory, InEachBrowser]
    public async Task Subscribe_WhenItsFrameIsRemoved_HasAcknowledgedWhatWasHandled(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);

        // The answer to the first poll has one message, so the second has two.
        await site.Mailboxes.PushAllAsync(recipient, ["1", "2", "3"]);
        await tab.Page.EvaluateAsync<object?>(Receive, recipient);
        await tab.UntilReceivedAsync(3);
        Assert.Equal(2, await site.Mailboxes.CountAsync(recipient));

        await tab.Page.EvaluateAsync<object?>("() => document.querySelector('iframe').remove()");

        await Await.UntilAsync(async () => await site.Mailboxes.CountAsync(recipient) == 1, "the acknowledgement of the second message");
    }
}
