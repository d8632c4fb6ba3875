using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>The user leaves the page that receives, and comes back. Only what the page sends within its last event leaves.</summary>
public sealed class LeftPageTests(Site site)
{
    // A file that any browser shows as text.
    private const string Elsewhere = "/people.js";

    // Not within the call, whose answer the page would not be there to give.
    private const string Leave = "url => { setTimeout(() => { location.href = url; }); }";
    private const string ComeBack = "() => { setTimeout(() => history.back()); }";

    private const string Subscribe =
        """
        async ({ rcpt, stuck }) => {
          const { subscribe } = await import('/funccomet/index.js');
          window.received = [];
          window.addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; });
          subscribe({
            url: '/api',
            rcpt,
            lease: 3600,
            onMessage: ({ text }) => { window.received.push(text); return text === stuck ? new Promise(() => {}) : undefined; },
          });
        }
        """;

    [Theory, InEachBrowser]
    public async Task Subscribe_WhenItsPageIsLeft_HasAcknowledgedWhatWasHandled(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);

        // The answer to the first poll has one message, so the second has two. The last message is never handled.
        await site.Mailboxes.PushAllAsync(recipient, ["1", "2", "3"]);
        await tab.Page.EvaluateAsync<object?>(Subscribe, new { rcpt = recipient, stuck = "3" });
        await tab.UntilReceivedAsync(3);
        Assert.Equal(2, await site.Mailboxes.CountAsync(recipient));

        await tab.Page.EvaluateAsync<object?>(Leave, Elsewhere);

        await Await.UntilAsync(async () => await site.Mailboxes.CountAsync(recipient) == 1, "the acknowledgement of the second message");
    }

    // Playwright turns this cache off.
    [Theory(SkipTestWithoutData = true), InEachBrowser(Except = [Engine.Chromium, Engine.Firefox])]
    public async Task Subscribe_WhenItsPageComesBackFromTheBrowsersCache_ReceivesWhatCameMeanwhile(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await tab.Page.EvaluateAsync<object?>(Subscribe, new { rcpt = recipient, stuck = "" });
        await site.Mailboxes.PushAsync(recipient, "before");
        await tab.UntilReceivedAsync(1);

        await tab.Page.EvaluateAsync<object?>(Leave, Elsewhere);
        await tab.Page.UntilAsync("url => location.pathname === url && document.readyState === 'complete'", Elsewhere);
        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        await site.Mailboxes.PushAsync(recipient, "meanwhile");
        await tab.Page.EvaluateAsync<object?>(ComeBack);

        await tab.Page.UntilAsync("() => window.persisted === true");
        await tab.UntilReceivedAsync(2);
        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        Assert.Equal(["before", "meanwhile"], await tab.ReceivedAsync());
    }
}
