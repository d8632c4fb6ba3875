using Azure;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>Several polls of one mailbox on one instance, of which one looks for all.</summary>
public sealed class PollsOfOneRecipientTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    private (Task<PollOutcome> End, RecordedAnswer Answer, CancellationTokenSource Client) Poll(int seconds = 30)
    {
        var (answer, client) = (new RecordedAnswer(), new CancellationTokenSource());
        var request = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(seconds));
        return (_instance.Poll.RunAsync(request, answer, client.Token), answer, client);
    }

    [Fact]
    public async Task TwentyPolls_LookNoMoreOftenThanOne()
    {
        var polls = Enumerable.Range(0, 20).Select(_ => Poll().End).ToList();
        await _instance.AdvanceAsync(0, looks: 20);

        await _instance.AdvanceAsync(0.25, looks: 21);
        await _instance.AdvanceAsync(0.5, looks: 22);
        await _instance.AdvanceAsync(1, looks: 23);

        Assert.DoesNotContain(polls, poll => poll.IsCompleted);
    }

    [Fact]
    public async Task Polls_EachEndAtTheirOwnTimeout()
    {
        var (shorter, longer) = (Poll(seconds: 10).End, Poll(seconds: 20).End);

        _instance.Time.Advance(TimeSpan.FromSeconds(9.99));
        Assert.False(shorter.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.01));
        Assert.Equal(PollOutcome.TimedOut, await shorter.Bounded());
        Assert.False(longer.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(PollOutcome.TimedOut, await longer.Bounded());
    }

    // On a busy machine, time passes between two statements: a time that is in the future when the room reads it may
    // have passed when the timer is set.
    [Fact]
    public async Task Poll_WhenTimePassesWhileItsTimerIsSet_EndsAtItsTimeout()
    {
        var time = new RunningTimeProvider(TimeSpan.FromMilliseconds(100));
        using var instance = new PollHarness(time);

        var end = instance.PollAsync(seconds: 10);
        for (var second = 0; second < 20 && !end.IsCompleted; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(PollOutcome.TimedOut, await end.Bounded());
    }

    [Fact]
    public async Task Ring_WakesTheNewest()
    {
        var (older, newer) = (Poll(), Poll());
        await _instance.PutAsync("hello");

        _instance.Rooms.Ring(_instance.Alice);

        Assert.Equal(PollOutcome.Delivered, await newer.End.Bounded());
        Assert.False(older.End.IsCompleted);
    }

    [Fact]
    public async Task Ring_ForAnotherRecipient_WakesNoPoll()
    {
        _ = Poll();

        _instance.Rooms.Ring(Named.Recipient("Alice"));

        await _instance.AdvanceAsync(0, looks: 1);
    }

    [Fact]
    public async Task Ring_DuringALook_LeadsToAnother()
    {
        var poll = Poll();
        var look = _instance.Queue.Hold("receive");
        _instance.Rooms.Ring(_instance.Alice);
        _instance.Rooms.Ring(_instance.Alice);

        look.SetResult();

        await Await.UntilAsync(() => _instance.Queue.Requests.Count >= 3, "another look");
        Assert.Equal(["peek", "receive", "receive"], _instance.Queue.Requests);
        Assert.False(poll.End.IsCompleted);
    }

    [Fact]
    public async Task Ring_WhenTheLookingPollLosesItsClient_WakesTheNext()
    {
        var (older, newer) = (Poll(), Poll());
        _instance.Queue.Hold("peek");
        _instance.Time.Advance(TimeSpan.FromSeconds(0.25));
        await _instance.PutAsync("hello");
        _instance.Rooms.Ring(_instance.Alice);

        await newer.Client.CancelAsync();

        Assert.Equal(PollOutcome.ClientGone, await newer.End.Bounded());
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
    }

    [Fact]
    public async Task Ring_WhenTheWokenPollLosesItsClientDuringTheReceive_WakesTheNext()
    {
        var (older, newer) = (Poll(), Poll());
        await _instance.PutAsync("hello");
        var receive = _instance.Queue.Hold("receive");
        _instance.Rooms.Ring(_instance.Alice);

        await newer.Client.CancelAsync();
        receive.SetResult();

        Assert.Equal(PollOutcome.ClientGone, await newer.End.Bounded());
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal(1, Assert.Single(older.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Look_WhenItFindsAMessage_WakesTheNextPollAtOnceForLaterOnes()
    {
        var polls = Enumerable.Range(0, 3).Select(_ => Poll()).ToList();
        await _instance.PutAsync("first");
        await _instance.PutAsync("second");

        _instance.Rooms.Ring(_instance.Alice);

        Assert.Equal(PollOutcome.Delivered, await polls[2].End.Bounded());
        Assert.Equal(PollOutcome.Delivered, await polls[1].End.Bounded());
        Assert.Equal("first", Assert.Single(polls[2].Answer.Messages).Message.Text());
        Assert.Equal("second", Assert.Single(polls[1].Answer.Messages).Message.Text());
        Assert.False(polls[0].End.IsCompleted);
    }

    [Fact]
    public async Task Poll_ThatEntersDuringALook_LooksAfterIt()
    {
        var look = _instance.Queue.Hold("peek");
        var first = Poll();
        var second = Poll();
        await _instance.AdvanceAsync(0, looks: 1);
        await _instance.PutAsync("hello");

        // The first look began before the message was there. The fake answers when the test lets it, and then finds the message.
        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await first.End.Bounded());
        await _instance.AdvanceAsync(0, looks: 2);
        Assert.False(second.End.IsCompleted);
    }

    [Fact]
    public async Task Poll_WithoutTimeoutThatEntersDuringALook_StillLooks()
    {
        var look = _instance.Queue.Hold("peek");
        var first = Poll();
        var second = Poll(seconds: 0);
        Assert.False(second.End.IsCompleted);

        look.SetResult();

        Assert.Equal(PollOutcome.TimedOut, await second.End.Bounded());
        Assert.Equal(["peek", "peek"], _instance.Queue.Requests);
        Assert.False(first.End.IsCompleted);
    }

    [Fact]
    public async Task Poll_WithoutTimeoutWhenStorageDoesNotAnswer_Ends()
    {
        _instance.Queue.Hold("peek");
        var first = Poll();
        var second = Poll(seconds: 0);

        _instance.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(PollOutcome.StorageFailed, await second.End.Bounded());
        Assert.False(first.End.IsCompleted);
    }

    [Fact]
    public async Task Poll_WhenItsTimeoutRunsOutDuringTheLookOfAnother_Ends()
    {
        var older = Poll(seconds: 10);
        var newer = Poll(seconds: 30);
        _instance.Queue.Hold("peek");
        _instance.Time.Advance(TimeSpan.FromSeconds(0.25));

        _instance.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.False(older.End.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PollOutcome.StorageFailed, await newer.End.Bounded());
        Assert.Equal(PollOutcome.StorageFailed, await older.End.Bounded());
    }

    [Fact]
    public async Task StorageFailure_EndsAllPollsAfterOneRequest()
    {
        var polls = Enumerable.Range(0, 20).Select(_ => Poll().End).ToList();
        _instance.Queue.Requests.Clear();
        _instance.Queue.Failure = new RequestFailedException("Connection refused");

        _instance.Time.Advance(TimeSpan.FromSeconds(0.25));

        Assert.All(await Task.WhenAll(polls).Bounded(), end => Assert.Equal(PollOutcome.StorageFailed, end));
        Assert.Equal(["peek"], _instance.Queue.Requests);
        Assert.Equal(0, _instance.Held.Count);
    }

    [Fact]
    public async Task StorageFailure_LengthensThePausesThatFollow()
    {
        _instance.Queue.Failure = new RequestFailedException("Connection refused");
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal(PollOutcome.StorageFailed, await Poll().End.Bounded());
        }

        _instance.Queue.Failure = null;
        _ = Poll();
        await _instance.AdvanceAsync(1.99, looks: 4);
        await _instance.AdvanceAsync(0.01, looks: 5);
    }

    [Fact]
    public async Task Fault_DuringALook_EndsThatPollAndLetsTheNextLook()
    {
        var older = Poll();
        _instance.Queue.Arrived = (_, _) =>
        {
            _instance.Queue.Arrived = (_, _) => Task.CompletedTask;
            throw new InvalidOperationException("a fault of ours");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => Poll().End.Bounded());

        await _instance.PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal(["peek", "peek", "peek", "send", "create", "send", "delete"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task StoppingHost_EndsAllWaitingPolls()
    {
        var polls = Enumerable.Range(0, 3).Select(_ => Poll().End).ToList();

        _instance.Stop();

        Assert.All(await Task.WhenAll(polls).Bounded(), end => Assert.Equal(PollOutcome.HostStopping, end));
        Assert.Equal(0, _instance.Held.Count);
    }

    [Fact]
    public async Task Poll_WhenItsClientLeavesDuringAnEmptyReceive_EndsAtOnce()
    {
        _instance.Queue.IsThere = true;
        var (leaving, _, client) = Poll(seconds: 220);
        var receive = _instance.Queue.Hold("receive");
        _instance.Rooms.Ring(_instance.Alice);
        var other = Poll(seconds: 220).End;
        await client.CancelAsync();

        receive.SetResult();

        Assert.Equal(PollOutcome.ClientGone, await leaving.Bounded());
        Assert.False(other.IsCompleted);
        Assert.Equal(1, _instance.Held.Count);
    }

    [Fact]
    public async Task Poll_WhenTheHostStopsDuringAnEmptyReceive_EndsAtOnce()
    {
        _instance.Queue.IsThere = true;
        var poll = Poll(seconds: 220).End;
        var receive = _instance.Queue.Hold("receive");
        _instance.Rooms.Ring(_instance.Alice);
        _instance.Stop();

        receive.SetResult();

        Assert.Equal(PollOutcome.HostStopping, await poll.Bounded());
    }

    /// <summary>A clock that advances whenever it is read.</summary>
    private sealed class RunningTimeProvider(TimeSpan step) : FakeTimeProvider
    {
        private long _run;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Add(ref _run, step.Ticks);
    }
}
