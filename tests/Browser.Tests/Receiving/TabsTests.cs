namespace FuncComet.Browser.Tests;

public sealed class TabsTests(Site site)
{
    private static readonly string[] TwentyMessages = [.. Enumerable.Range(1, 20).Select(number => $"{number}")];

    [Fact]
    public async Task Subscribe_InFiveTabsOfOneOrigin_HoldsOnePollAndDeliversToAllTabs()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var polls = new Polls(browser);
        var tabs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Tab.OpenAsync(browser, site.Page)));
        await Task.WhenAll(tabs.Select(tab => tab.SubscribeAsync(recipient)));

        await site.PushAllAsync(recipient, TwentyMessages);

        foreach (var tab in tabs)
        {
            await tab.UntilReceivedAsync(20);
        }

        await site.UntilNothingIsLeftAsync(recipient);
        foreach (var tab in tabs)
        {
            Assert.Equal(TwentyMessages, await tab.ReceivedAsync());
        }

        Assert.Equal([0, 0, 0, 0, 1], (await Task.WhenAll(tabs.Select(tab => tab.MaxHeldAsync()))).Order());
        Assert.Single(polls.Pages);
    }
}
