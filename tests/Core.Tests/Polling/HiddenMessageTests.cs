using FuncComet.Polling;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>
/// A message that becomes visible because a lease or a delay ends. No push rings for it, so a poll that waits here must
/// look then.
/// </summary>
public sealed class HiddenMessageTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Poll_LooksWhenTheLeaseOfAnotherPollEnds()
    {
        await _instance.PushAsync("hello");
        var leasing = new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(7) };
        await _instance.Poll.RunAsync(leasing, _instance.Answer, CancellationToken.None).Bounded();

        // Its pauses would end after 0.25, 0.75, 1.75, 3.75 and 7.75 seconds.
        var poll = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(0.25, looks: 3);
        await _instance.AdvanceAsync(0.5, looks: 4);
        await _instance.AdvanceAsync(1, looks: 5);
        await _instance.AdvanceAsync(2, looks: 6);
        await _instance.AdvanceAsync(3.3, looks: 6);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.05));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, _instance.Answer.Messages[1].Deliveries);
    }

    [Fact]
    public async Task Poll_LooksWhenTheDelayOfAMessagePushedHereEnds()
    {
        _instance.Steps.Remember(_instance.Alice, 10);
        var poll = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(1, looks: 1);

        await _instance.Push.SendAsync([_instance.Alice], Named.Message("later"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(2)).Bounded();
        await _instance.AdvanceAsync(2, looks: 1);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal("later", Assert.Single(_instance.Answer.Messages).Message.Text());
    }

    // The instance forgets after ten minutes what it has hidden. Then a poll finds the message as at any other instance.
    [Theory]
    [InlineData(900, 0)]
    [InlineData(0, 1_800)]
    public async Task Poll_WhenTheMessageWasHiddenHereForMoreThanTenMinutes_GetsItWithinTheLongestPause(int lease, int delay)
    {
        using var instance = new PollHarness(hasBell: true);
        await instance.OpenBellAsync();
        await instance.Push.SendAsync(
            [instance.Alice], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(delay)).Bounded();
        if (lease > 0)
        {
            var leasing = new PollRequest(instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(lease) };
            await instance.Poll.RunAsync(leasing, new RecordedAnswer(), CancellationToken.None).Bounded();
        }

        // As a client does: the next poll follows when one has timed out.
        var hidden = lease + delay;
        Task<PollOutcome>? poll = null;
        var waited = 0.0;
        for (; waited < hidden + 60 && instance.Answer.Messages.Count == 0; waited += 0.25)
        {
            await Task.Yield();
            poll = poll is null or { IsCompleted: true } ? instance.PollAsync(seconds: 220) : poll;
            await Task.Yield();
            instance.Time.Advance(TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal("hello", Assert.Single(instance.Answer.Messages).Message.Text());
        Assert.InRange(waited, hidden, hidden + 30);
    }
}
