using FuncComet.Core.Tests.Polling;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>
/// A message is leased or delayed at one instance, and its recipient polls at another. Nobody rings when the message
/// becomes visible.
/// </summary>
public sealed class RedeliveryElsewhereTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _dead;
    private readonly PollHarness _there;

    public RedeliveryElsewhereTests()
    {
        _storage = new FakeQueueService(_time);
        (_dead, _there) = (new PollHarness(_time, _storage, hasBell: true), new PollHarness(_time, _storage, hasBell: true));
    }

    public void Dispose()
    {
        _dead.Dispose();
        _there.Dispose();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(590)]
    public async Task Poll_GetsAMessageThatAnotherInstanceLeased_WithinFiveSecondsOfTheLeasesEnd(int lease)
    {
        await OpenBellThereAsync();
        await LeaseAtTheOtherInstanceAsync(lease);

        var waited = 0.0;
        for (; waited < lease + 5 && _there.Answer.Messages.Count == 0; waited += 0.25)
        {
            await KeepPollingAsync();
            _time.Advance(TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal(2, Assert.Single(_there.Answer.Messages).Deliveries);
        Assert.InRange(waited, lease, lease + 5);
    }

    [Fact]
    public async Task Poll_OfAMailboxWithAMessageThatStaysHidden_CostsLittleAfterTenMinutes()
    {
        await OpenBellThereAsync();
        await _dead.Push.SendAsync([_dead.Alice], Named.Message("later"), TimeSpan.FromDays(2), TimeSpan.FromDays(1));
        await WaitAsync(minutes: 10);
        var before = _there.Queue.Requests.Count;

        await WaitAsync(minutes: 20);

        // Two requests for a look: the count and the peek. Three looks a minute would be 120.
        Assert.InRange(_there.Queue.Requests.Count - before, 60, 130);
    }

    [Fact]
    public async Task IdlePoll_OfAnEmptyMailbox_MakesAtMostThreeRequestsAMinute()
    {
        await OpenBellThereAsync();
        await _dead.PushAsync("hello");
        await _dead.PollAsync(seconds: 1).Bounded();
        await WaitAsync(minutes: 10);
        var before = _there.Queue.Requests.Count;

        await WaitAsync(minutes: 60);

        Assert.InRange(_there.Queue.Requests.Count - before, 120, 180);
    }

    private Task<PollOutcome>? _poll;

    // As a client does: the next poll follows when one has timed out.
    private async Task KeepPollingAsync()
    {
        await Task.Yield();
        if (_poll is null or { IsCompleted: true })
        {
            _poll = _there.PollAsync(seconds: 220);
            await Task.Yield();
        }
    }

    private async Task WaitAsync(int minutes)
    {
        for (var waited = 0.0; waited < minutes * 60; waited += 0.25)
        {
            await KeepPollingAsync();
            _time.Advance(TimeSpan.FromSeconds(0.25));
        }
    }

    private async Task LeaseAtTheOtherInstanceAsync(int seconds)
    {
        await _dead.PushAsync("hello");
        var request = new PollRequest(_dead.Alice, TimeSpan.FromSeconds(1)) { Lease = TimeSpan.FromSeconds(seconds) };
        Assert.Equal(PollOutcome.Delivered, await _dead.Poll.RunAsync(request, new RecordedAnswer(), CancellationToken.None).Bounded());
    }

    // The bell opens for a poll of another recipient.
    private async Task OpenBellThereAsync()
    {
        var request = new PollRequest(Named.Recipient("bob"), TimeSpan.FromHours(3));
        _ = _there.Poll.RunAsync(request, new RecordedAnswer(), _there.ClientAborted.Token);
        await _there.Bell.StartAsync(CancellationToken.None);
        await Await.UntilAsync(() => _there.Bell.Name is not null, "the bell to be open");
    }
}
