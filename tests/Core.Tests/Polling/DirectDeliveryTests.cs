using Azure;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>A push in Direct mode: to a plain poll first, and to the mailbox if that fails.</summary>
public sealed class DirectDeliveryTests : IDisposable
{
    private readonly PollHarness _instance = new(handover: HandoverMode.Direct);

    public DirectDeliveryTests() => _instance.Queue.IsThere = true;

    public void Dispose() => _instance.Dispose();

    private FakeQueueClient Queue => _instance.Queue;

    [Fact]
    public async Task Push_ToAWaitingPlainPoll_MakesNoStorageRequest()
    {
        var poll = Poll();

        var copy = await PushAsync("hello").Bounded();

        Assert.Equal(PushOutcome.Written, copy.Outcome);
        Assert.True(copy.IsAccepted);
        Assert.Equal(_instance.Time.GetUtcNow().AddHours(1), copy.Expires);
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        var message = Assert.Single(poll.Answer.Messages);
        Assert.Equal("hello", message.Message.Text());
        Assert.Equal(1, message.Deliveries);
        Assert.Empty(Queue.Requests);
    }

    [Fact]
    public async Task Push_IsAnsweredOnlyWhenTheMessageIsWritten()
    {
        var poll = Poll();
        var written = new TaskCompletionSource<WriteOutcome>();
        poll.Answer.Write = _ => written.Task;

        var push = PushAsync("hello");
        Assert.False(push.IsCompleted);
        written.SetResult(WriteOutcome.Written);

        Assert.Equal(PushOutcome.Written, (await push.Bounded()).Outcome);
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
    }

    [Fact]
    public async Task Push_WhileStorageIsDown_ReachesAPollThatWaits()
    {
        var poll = Poll();
        Queue.Failure = new RequestFailedException("Connection refused");

        Assert.Equal(PushOutcome.Written, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
    }

    [Fact]
    public async Task Push_WhenNoPollWaits_IsStored()
    {
        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(["send"], Queue.Requests);
    }

    [Fact]
    public async Task Push_ToAPollDuringItsFirstLook_IsStored()
    {
        var look = Queue.Hold("peek");
        var poll = Poll();

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);
        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "receive", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Push_ToAPollInLeaseMode_IsStoredAndHandedOver()
    {
        var poll = Poll(lease: 60);

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send"], Queue.Requests);
    }

    [Fact]
    public async Task Push_WithAPlainPollBehindANewerOneInLeaseMode_GoesToThePlainOne()
    {
        var (plain, leased) = (Poll(), Poll(lease: 60));

        Assert.Equal(PushOutcome.Written, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.Delivered, await plain.End.Bounded());
        Assert.False(leased.End.IsCompleted);
    }

    [Fact]
    public async Task Push_WithADelay_IsStored()
    {
        var poll = Poll();

        var message = Named.Message("later");
        var copies = await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10)).Bounded();
        var copy = Assert.Single(copies);

        Assert.Equal(PushOutcome.Stored, copy.Outcome);
        Assert.False(poll.End.IsCompleted);
    }

    [Fact]
    public async Task Push_WhenTheClientIsKnownToBeGone_GoesToTheNextPoll()
    {
        var (older, newer) = (Poll(), Poll());
        newer.Answer.Write = _ => Task.FromResult(WriteOutcome.NotBegun);

        Assert.Equal(PushOutcome.Written, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.ClientGone, await newer.End.Bounded());
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal(1, Assert.Single(older.Answer.Messages).Deliveries);
        Assert.Empty(Queue.Requests);
    }

    [Theory]
    [InlineData(WriteOutcome.NotBegun, 1)]
    [InlineData(WriteOutcome.Broken, 2)]
    public async Task Push_WhenTheAnswerIsNotWritten_IsStored(WriteOutcome handover, int deliveriesNext)
    {
        var poll = Poll();
        poll.Answer.Write = _ => Task.FromResult(handover);

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        Assert.Equal(["send"], Queue.Requests);
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(deliveriesNext, Assert.Single(next.Answer.Messages).Deliveries);
        Assert.Equal(poll.Answer.Messages[0].Message.Id, next.Answer.Messages[0].Message.Id);
    }

    [Fact]
    public async Task Push_WhenTheAnswerBreaksWithAnotherPollHere_ReachesThatPollThroughTheMailbox()
    {
        var (older, newer) = (Poll(), Poll());
        newer.Answer.Write = _ => Task.FromResult(WriteOutcome.Broken);

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal(2, Assert.Single(older.Answer.Messages).Deliveries);
        Assert.Equal(["send", "receive", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Push_WhenTheClientReadsTooSlowly_CancelsTheWriteAndIsStoredAsDelivered()
    {
        var poll = Poll();
        poll.Answer.Write = async token =>
        {
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return WriteOutcome.Broken;
        };
        var push = PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(push.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        Assert.Equal(2, await DeliveriesNextAsync());
    }

    // A timer for each answer would cost more than the rest of its delivery in Core.
    [Fact]
    public async Task Push_WhenTheAnswerIsWrittenAtOnce_SetsNoTimer()
    {
        var time = new CountingTime();
        using var instance = new PollHarness(time, handover: HandoverMode.Direct);
        instance.Queue.IsThere = true;
        var poll = instance.PollAsync(seconds: 30);
        var timers = time.Timers;

        await instance.PushAsync("hello").Bounded();

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(timers, time.Timers);
    }

    [Fact]
    public async Task Push_WhenNoOutcomeIsReported_IsStoredAsDelivered()
    {
        var poll = Poll();
        var written = new TaskCompletionSource<WriteOutcome>();
        poll.Answer.Write = _ => written.Task;
        var push = PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(PushOutcome.Stored, (await push.Bounded()).Outcome);
        written.SetResult(WriteOutcome.Written);

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(2, await DeliveriesNextAsync());
    }

    [Fact]
    public async Task Push_WhenWritingFails_IsStoredAsDelivered()
    {
        var poll = Poll();
        poll.Answer.Write = _ => throw new InvalidOperationException("a fault of ours");

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        await Assert.ThrowsAsync<InvalidOperationException>(() => poll.End.Bounded());
        Assert.Equal(2, await DeliveriesNextAsync());
    }

    [Fact]
    public async Task Push_WhenTheAnswerBreaksAndStorageIsDown_IsNotAccepted()
    {
        var poll = Poll();
        poll.Answer.Write = _ => Task.FromResult(WriteOutcome.Broken);
        Queue.Failure = new RequestFailedException("Connection refused");

        Assert.False((await PushAsync("hello").Bounded()).IsAccepted);
    }

    [Fact]
    public async Task Push_WhenTheClientLeavesDuringTheWrite_IsStored()
    {
        var poll = Poll();
        poll.Answer.Write = async token =>
        {
            await poll.Client.CancelAsync();
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return WriteOutcome.Broken;
        };

        Assert.Equal(PushOutcome.Stored, (await PushAsync("hello").Bounded()).Outcome);

        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        Assert.Equal(2, await DeliveriesNextAsync());
    }

    [Fact]
    public async Task Pushes_AtTheSameTimeForOnePoll_GoOneToIt_AndTheOtherToTheMailbox()
    {
        var poll = Poll();
        var written = new TaskCompletionSource<WriteOutcome>();
        poll.Answer.Write = _ => written.Task;
        var first = PushAsync("first");

        Assert.Equal(PushOutcome.Stored, (await PushAsync("second").Bounded()).Outcome);
        written.SetResult(WriteOutcome.Written);

        Assert.Equal(PushOutcome.Written, (await first.Bounded()).Outcome);
        var next = Poll();
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal("second", Assert.Single(next.Answer.Messages).Message.Text());
    }

    private sealed class CountingTime : FakeTimeProvider
    {
        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private async Task<long> DeliveriesNextAsync()
    {
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        return Assert.Single(next.Answer.Messages).Deliveries;
    }

    private (Task<PollOutcome> End, RecordedAnswer Answer, CancellationTokenSource Client) Poll(int seconds = 30, int? lease = null)
    {
        var (answer, client) = (new RecordedAnswer(), new CancellationTokenSource());
        var request = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(seconds))
        {
            Lease = lease is { } time ? TimeSpan.FromSeconds(time) : null,
        };
        var end = _instance.Poll.RunAsync(request, answer, client.Token);
        Queue.Requests.Clear();
        return (end, answer, client);
    }

    private async Task<PushedCopy> PushAsync(string text) =>
        (await _instance.Push.SendAsync([_instance.Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.Zero))[0];
}
