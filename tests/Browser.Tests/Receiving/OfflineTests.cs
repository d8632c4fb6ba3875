namespace FuncComet.Browser.Tests;

public sealed class OfflineTests(Site site)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 60).Select(number => $"{number}")];

    [Theory, InEachBrowser(Except = [Engine.WebKitGtk])]
    public async Task Subscribe_WhenTheBrowserIsOfflineForTenSeconds_DeliversAllMessagesInOrder(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var network = ((PlaywrightProfile)profile).Context;
        var tab = await Tab.OpenAsync(profile, site.Page);
        await tab.SubscribeAsync(recipient);
        await site.Mailboxes.PushAllAsync(recipient, Messages[..10]);
        await tab.UntilReceivedAsync(10);

        await network.SetOfflineAsync(true);
        await tab.UntilStateAsync("offline");
        var back = Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await site.Mailboxes.PushAllAsync(recipient, Messages[10..]);
        await back;
        Assert.Equal(Messages[..10], await tab.ReceivedAsync());
        await network.SetOfflineAsync(false);

        await tab.UntilReceivedAsync(60);
        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        Assert.Equal(Messages, await tab.ReceivedAsync());
    }
}
