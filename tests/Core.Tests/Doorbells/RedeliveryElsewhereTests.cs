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

    // Without a note, the next look of the poll that waits elsewhere would be 28 seconds away.
    [Fact]
    public async Task Poll_InALongPause_GetsAMessageThatAnotherInstanceHandsOver_WithinFiveSecondsOfTheLeasesEnd()
    {
        await PollAtBothUntilTheyKnowEachOtherAsync(lease: 5);
        await _there.AdvanceAsync(2);
        await _dead.PushAsync("hello");
        Assert.Single(_dead.Answer.Messages);

        await _there.AdvanceAsync(4.5);
        Assert.Empty(_there.Answer.Messages);
        await _there.AdvanceUntilAsync(() => _there.Answer.Messages.Count == 1, seconds: 5.5);

        Assert.Equal(2, _there.Answer.Messages[0].Deliveries);
    }

    [Theory]
    [InlineData(29, 1)]
    [InlineData(30, 0)]
    public async Task ALease_IsToldToOtherInstances_OnlyIfItIsShorterThanTheirLongestPause(int lease, int notes)
    {
        await PollAtBothUntilTheyKnowEachOtherAsync(lease);

        await _dead.PushAsync("hello");
        await _dead.AdvanceAsync(0.5);

        Assert.Equal(notes, NotesThere);
    }

    [Fact]
    public async Task Leases_OfABusyMailbox_AreToldOnceInFiveSeconds()
    {
        await PollAtBothUntilTheyKnowEachOtherAsync(lease: 29);
        for (var message = 0; message < 5; message++)
        {
            await _dead.PushAsync($"{message}");
            _ = await _dead.PollQuietlyAsync(lease: 29);
        }

        Assert.Equal(5, _dead.Answer.Messages.Count);
        Assert.Equal(1, NotesThere);
        await _dead.AdvanceAsync(4.9);
        Assert.Equal(1, NotesThere);
        await _dead.AdvanceAsync(0.2);
        Assert.Equal(2, NotesThere);
        await _dead.AdvanceAsync(10);
        Assert.Equal(2, NotesThere);
    }

    [Fact]
    public async Task ALease_WhenNoOtherInstanceIsKnown_CostsNoRequest()
    {
        await _dead.OpenBellAsync();
        _ = await _dead.PollQuietlyAsync(lease: 5);
        _dead.Queue.Requests.Clear();

        await _dead.PushAsync("hello");
        await _dead.AdvanceAsync(0.5);

        Assert.Equal(["send"], _dead.Queue.Requests);
    }

    // A push that is delayed is no different from a lease that is given.
    [Fact]
    public async Task Poll_InALongPause_GetsAMessageWithAShortDelay_WithinFiveSecondsOfItsEnd()
    {
        await OpenBellThereAsync();
        _ = await _there.PollQuietlyAsync();
        await _there.AdvanceAsync(2);
        await _dead.Push.SendAsync([_dead.Alice], Named.Message("soon"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));

        await _there.AdvanceUntilAsync(() => _there.Answer.Messages.Count == 1, seconds: 10);

        Assert.Equal("soon", _there.Answer.Messages[0].Message.Text());
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

    // Every note that was sent, not only those that are still there.
    private int NotesThere => _there.BellQueue(_there.Bell.Name!).Requests.ToArray().Count(request => request == "send");

    private async Task PollAtBothUntilTheyKnowEachOtherAsync(int lease)
    {
        await _dead.OpenBellAsync();
        await OpenBellThereAsync();
        _ = await _dead.PollQuietlyAsync(lease: lease);
        _ = await _there.PollQuietlyAsync(lease: lease);
        await _dead.AdvanceUntilAsync(
            () => _dead.Rooms.KnownElsewhere(_dead.Alice).Count == 1 && _there.Rooms.KnownElsewhere(_dead.Alice).Count == 1, seconds: 61);
    }

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
        await Await.UntilAsync(() => _there.Bell.IsReachable, "the bell to be open");
    }
}
