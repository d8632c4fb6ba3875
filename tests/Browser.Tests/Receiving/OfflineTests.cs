namespace FuncComet.Browser.Tests;

public sealed class OfflineTests(Site site)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 60).Select(number => $"{number}")];

    [Fact]
    public async Task Subscribe_WhenTheBrowserIsOfflineForTenSeconds_DeliversAllMessagesInOrder()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var tab = await Tab.OpenAsync(browser, site.Page);
        await tab.SubscribeAsync(recipient);
        await site.PushAllAsync(recipient, Messages[..10]);
        await tab.UntilReceivedAsync(10);

        await browser.SetOfflineAsync(true);
        await tab.UntilStateAsync("offline");
        var back = Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await site.PushAllAsync(recipient, Messages[10..]);
        await back;
        Assert.Equal(Messages[..10], await tab.ReceivedAsync());
        await browser.SetOfflineAsync(false);

        await tab.UntilReceivedAsync(60);
        await site.UntilNothingIsLeftAsync(recipient);
        Assert.Equal(Messages, await tab.ReceivedAsync());
    }
}
