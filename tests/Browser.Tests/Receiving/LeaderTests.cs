using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The leader's tab goes in the middle of 200 messages, closed by its user or with its process.</summary>
public abstract class LeaderTests(Site site)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 200).Select(number => $"{number}")];

    [Fact]
    public async Task LeadersTab_GoneInTheMiddleOf200Messages_NoneIsLost_AndNoneShownTwice()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var polls = new Polls(browser);
        var tabs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Tab.OpenAsync(browser, site.Page)));
        await Task.WhenAll(tabs.Select(tab => tab.SubscribeAsync(recipient)));
        var leader = Assert.Single(tabs, tab => tab.Page == Assert.Single(polls.Pages));
        Tab[] followers = [.. tabs.Except([leader])];

        await site.PushAllAsync(recipient, Messages[..100]);
        await leader.UntilReceivedAsync(50);
        var rest = site.PushAllAsync(recipient, Messages[100..]);
        await LoseAsync(leader.Page);
        await rest;

        foreach (var tab in followers)
        {
            await tab.UntilReceivedAsync(200);
        }

        await site.UntilNothingIsLeftAsync(recipient);
        foreach (var tab in followers)
        {
            Assert.Equal(Messages, (await tab.ReceivedAsync()).OrderBy(int.Parse));
        }

        Assert.Equal(2, polls.Pages.Count);
    }

    /// <summary>How the tab goes.</summary>
    protected abstract Task LoseAsync(IPage page);
}
