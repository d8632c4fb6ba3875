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

        // A page has one poll at a time. Its overlap with the next one cannot be told from here: the browser reports the end of a request late.
        Assert.Single(polls.Pages);
    }
}
