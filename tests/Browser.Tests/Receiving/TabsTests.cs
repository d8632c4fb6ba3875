namespace FuncComet.Browser.Tests;

public sealed class TabsTests(Site site)
{
    private static readonly string[] TwentyMessages = [.. Enumerable.Range(1, 20).Select(number => $"{number}")];

    [Theory, InEachBrowser]
    public async Task Subscribe_InFiveTabsOfOneOrigin_HoldsOnePollAndDeliversToAllTabs(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tabs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Tab.OpenAsync(profile, site.Page)));
        await Task.WhenAll(tabs.Select(tab => tab.SubscribeAsync(recipient)));

        await site.Mailboxes.PushAllAsync(recipient, TwentyMessages);

        foreach (var tab in tabs)
        {
            await tab.UntilReceivedAsync(20);
        }

        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        foreach (var tab in tabs)
        {
            Assert.Equal(TwentyMessages, await tab.ReceivedAsync());
        }

        Assert.Equal([0, 0, 0, 0, 1], (await Task.WhenAll(tabs.Select(tab => tab.MaxHeldAsync()))).Order());
        Assert.Single((await Task.WhenAll(tabs.Select(tab => tab.PollsAsync()))), polls => polls > 0);
    }
}
