using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Of several tabs, the leader polls for all of them. Here the leader's tab is lost in the middle of 200 messages.</summary>
public abstract class LeaderTests(Site site, ITestOutputHelper output)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 200).Select(number => $"{number}")];

    // Normally it takes far less time, which the test writes to its output. The limit allows for a busy machine with two cores.
    private static readonly TimeSpan LongestWithoutLeader = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Subscribe_WhenTheLeadersTabIsLost_ShowsEveryMessageOnceInTheOtherTabs()
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
        var lost = TimeProvider.System.GetTimestamp();
        await LoseAsync(leader.Page);
        await Await.UntilAsync(() => polls.Pages.Count == 2, "the next leader's first poll");
        var replaced = TimeProvider.System.GetElapsedTime(lost);
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
        output.WriteLine($"From losing the leader to the next one's first poll: {replaced.TotalMilliseconds:F0} ms.");
        Assert.True(replaced < LongestWithoutLeader, $"{replaced}");
    }

    /// <summary>Closes or crashes the tab.</summary>
    protected abstract Task LoseAsync(IPage page);
}
