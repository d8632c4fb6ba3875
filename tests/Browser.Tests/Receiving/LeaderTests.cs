using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>Of several tabs, the leader polls for all of them. Here the leader's tab is lost in the middle of 200 messages.</summary>
public abstract class LeaderTests(Site site, ITestOutputHelper output)
{
    private static readonly string[] Messages = [.. Enumerable.Range(1, 200).Select(number => $"{number}")];

    // Normally it takes far less time, which the test writes to its output. The limit allows for a busy machine with two cores.
    private static readonly TimeSpan LongestWithoutLeader = TimeSpan.FromSeconds(10);

    /// <summary>Checks that the other tabs show every message once.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="loseAsync">Closes or crashes a tab.</param>
    private protected async Task ShowEveryMessageOnceAsync(Engine browser, Func<Tab, Task> loseAsync)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tabs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Tab.OpenAsync(profile, site.Page)));
        await Task.WhenAll(tabs.Select(tab => tab.SubscribeAsync(recipient)));
        var polls = await Task.WhenAll(tabs.Select(tab => tab.PollsAsync()));
        Assert.Single(polls, count => count > 0);
        var leader = tabs[Array.FindIndex(polls, count => count > 0)];
        Tab[] followers = [.. tabs.Except([leader])];

        await site.Mailboxes.PushAllAsync(recipient, Messages[..100]);
        await leader.UntilReceivedAsync(50);
        var rest = site.Mailboxes.PushAllAsync(recipient, Messages[100..]);
        var lost = TimeProvider.System.GetTimestamp();
        await loseAsync(leader);
        await Await.UntilAsync(async () => await LeadersAsync() == 1, "the next leader's first poll");
        var replaced = TimeProvider.System.GetElapsedTime(lost);
        await rest;

        foreach (var tab in followers)
        {
            await tab.UntilReceivedAsync(200);
        }

        await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        foreach (var tab in followers)
        {
            Assert.Equal(Messages, (await tab.ReceivedAsync()).OrderBy(int.Parse));
        }

        Assert.Equal(1, await LeadersAsync());
        output.WriteLine($"From losing the leader to the next one's first poll: {replaced.TotalMilliseconds:F0} ms.");
        Assert.True(replaced < LongestWithoutLeader, $"{replaced}");

        async Task<int> LeadersAsync() => (await Task.WhenAll(followers.Select(tab => tab.PollsAsync()))).Count(polls => polls > 0);
    }
}
