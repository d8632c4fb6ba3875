using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>A page that receives for eight recipients over HTTP/1.1, for which a browser opens six connections to an origin.</summary>
public sealed class ConnectionsTests(Site site)
{
    private const int Recipients = 8;

    private const string Subscribe =
        """
        async rcpts => {
          const { subscribe } = await import('/funccomet/index.js');
          window.received = [];
          window.open = new Set();
          window.stops = rcpts.map(rcpt => subscribe({
            url: '/api',
            rcpt,
            onMessage: ({ text }) => { window.received.push(text); },
            onState: ({ state }) => { if (state === 'open') { window.open.add(rcpt); } },
          }));
        }
        """;

    [Theory, InEachBrowser]
    public async Task Subscribe_ToEightRecipientsOverHttp1_LeavesConnectionsForPushesAndStops(Engine browser)
    {
        string[] recipients = [.. Enumerable.Range(0, Recipients).Select(_ => Site.NewRecipient())];
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await tab.Page.EvaluateAsync<object?>(Subscribe, recipients);
        await tab.Page.UntilAsync("count => window.open.size === count", Recipients);
        await tab.Page.UntilAsync("() => window.held === 4");

        // From the page itself, so that these pushes need the page's connections.
        var push = tab.Page.EvaluateAsync<object?>(
            """
            async rcpts => {
              const { push } = await import('/funccomet/index.js');
              await Promise.all(rcpts.map(rcpt => push({ url: '/api', rcpt, body: rcpt, attempts: 1 })));
            }
            """,
            recipients);
        await push.Bounded();
        await tab.UntilReceivedAsync(Recipients);
        Assert.Equal(recipients.Order(), (await tab.ReceivedAsync()).Order());
        Assert.Equal(4, await tab.MaxHeldAsync());

        await tab.Page.EvaluateAsync<object?>("() => Promise.all(window.stops.map(stop => stop()))").Bounded();
        foreach (var recipient in recipients)
        {
            Assert.Equal(0, await site.Mailboxes.CountAsync(recipient));
        }
    }
}
