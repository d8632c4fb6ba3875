using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>
/// A storage that answers only after the message's lease has ended. The message is then visible again, and nothing fails.
/// </summary>
public sealed class LateStorageTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public LateStorageTests() => _instance.Queue.IsThere = true;

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Push_WhenTheGiveBackIsLate_IsStored()
    {
        using var client = new CancellationTokenSource();
        var poll = _instance.Poll.RunAsync(Leasing(seconds: 5), _instance.Answer, client.Token);
        var send = _instance.Queue.Hold("send");
        var recipients = new[] { _instance.Alice, Named.Recipient("bob") };
        var push = _instance.Push.SendAsync(recipients, Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero);
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        await client.CancelAsync();
        await poll.Bounded();
        var giveBack = HangAt(_instance.Queue, "update");
        send.SetResult();
        await giveBack.Bounded();

        _instance.Time.Advance(Mailbox.Deadline);

        Assert.All(await push.Bounded(), copy => Assert.Equal(PushOutcome.Stored, copy.Outcome));
        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 0).Bounded());
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 30)]
    public async Task Poll_WhenDeadLettersAreMovedLate_ContinuesToWait(int unreadable, int lease)
    {
        foreach (var _ in Enumerable.Range(0, unreadable))
        {
            await _instance.Queue.SendMessageAsync(
                Named.LaterEnvelope, timeToLive: TimeSpan.FromHours(1), cancellationToken: TestContext.Current.CancellationToken);
        }

        _instance.Storage.DeadLettersOf(_instance.Alice).IsThere = true;
        _instance.Storage.DeadLettersOf(_instance.Alice).Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);
        var request = Leasing(lease) with { Max = 16, Timeout = TimeSpan.FromSeconds(220) };
        var poll = _instance.Poll.RunAsync(request, _instance.Answer, CancellationToken.None);
        _instance.Time.Advance(Mailbox.Deadline);

        await Await.UntilAsync(
            () => _instance.Queue.Requests.Count(request => request == "peek") >= 2, "the look after the dead letters were set aside");
        Assert.False(poll.IsCompleted);
    }

    [Fact]
    public async Task Poll_WhenTheDeleteIsLate_HasDelivered()
    {
        await _instance.PushAsync("x");
        var written = new TaskCompletionSource<WriteOutcome>();
        _instance.Answer.Write = _ => written.Task;
        var poll = _instance.PollAsync(seconds: 60);
        _instance.Time.Advance(TimeSpan.FromSeconds(26));
        var delete = HangAt(_instance.Queue, "delete");
        written.SetResult(WriteOutcome.Written);
        await delete.Bounded();

        _instance.Time.Advance(Mailbox.Deadline);

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    // Its pauses would end after 0.25, 0.75, 1.75, 3.75 and 7.75 seconds. The lease ends after 6.
    [Fact]
    public async Task Poll_WhenADeleteFails_LeavesTheMessageToAPollThatLooksWhenTheLeaseEnds()
    {
        using var instance = new PollHarness(_instance.Time, _instance.Storage, plainLease: 6);
        await instance.PushAsync("x");
        instance.Queue.Arrived = (request, _) => request == "delete" ? throw FakeQueueClient.Failed(503, "ServerBusy") : Task.CompletedTask;
        Assert.Equal(PollOutcome.Delivered, await instance.PollAsync(seconds: 0).Bounded());
        instance.Queue.Arrived = (_, _) => Task.CompletedTask;

        await AssertDeliveredWhenTheLeaseEndsAsync(instance, deliveries: 2);
    }

    [Fact]
    public async Task Push_WhenTheGiveBackFails_LeavesTheMessageToAPollThatLooksWhenTheLeaseEnds()
    {
        using var instance = new PollHarness(_instance.Time, _instance.Storage, plainLease: 6);
        var poll = instance.PollAsync(seconds: 60);
        var send = instance.Queue.Hold("send");
        var push = instance.PushAsync("x");
        await instance.ClientAborted.CancelAsync();
        await poll.Bounded();
        instance.Queue.Arrived = (request, _) => request == "update" ? throw FakeQueueClient.Failed(503, "ServerBusy") : Task.CompletedTask;
        send.SetResult();
        await push.Bounded();
        instance.Queue.Arrived = (_, _) => Task.CompletedTask;

        await AssertDeliveredWhenTheLeaseEndsAsync(instance, deliveries: 2);
    }

    [Fact]
    public async Task Push_WhenTheAnswerToItsSendIsLost_LeavesTheMessageToAPollThatLooksWhenTheLeaseEnds()
    {
        using var instance = new PollHarness(_instance.Time, _instance.Storage, plainLease: 6);
        _ = instance.PollAsync(seconds: 60);
        instance.Queue.Answered = request =>
        {
            if (request == "send")
            {
                throw FakeQueueClient.Failed(503, "ServerBusy");
            }
        };
        await instance.PushAsync("x");
        instance.Queue.Answered = _ => { };
        await instance.ClientAborted.CancelAsync();

        await AssertDeliveredWhenTheLeaseEndsAsync(instance, deliveries: 2);
    }

    [Fact]
    public async Task Poll_WhenTheAnswerToItsReceiveIsLost_LeavesTheMessageToOneThatLooksWhenTheLeaseEnds()
    {
        using var instance = new PollHarness(_instance.Time, _instance.Storage, plainLease: 6);
        await instance.PushAsync("x");
        instance.Queue.Answered = request =>
        {
            if (request == "receive")
            {
                throw FakeQueueClient.Failed(503, "ServerBusy");
            }
        };
        Assert.Equal(PollOutcome.StorageFailed, await instance.PollAsync(seconds: 60).Bounded());
        instance.Queue.Answered = _ => { };
        instance.Steps.Remember(instance.Alice, 0);

        await AssertDeliveredWhenTheLeaseEndsAsync(instance, deliveries: 2);
    }

    private static async Task AssertDeliveredWhenTheLeaseEndsAsync(PollHarness instance, int deliveries)
    {
        var (answer, looks) = (new RecordedAnswer(), instance.Queue.Peeks);
        var poll = instance.Poll.RunAsync(new PollRequest(instance.Alice, TimeSpan.FromSeconds(60)), answer, CancellationToken.None);
        await instance.AdvanceAsync(0.25, looks + 2);
        await instance.AdvanceAsync(0.5, looks + 3);
        await instance.AdvanceAsync(1, looks + 4);
        await instance.AdvanceAsync(2, looks + 5);
        await instance.AdvanceAsync(2.3, looks + 5);
        instance.Time.Advance(TimeSpan.FromSeconds(0.05));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(deliveries, Assert.Single(answer.Messages).Deliveries);
    }

    private static PollRequest Leasing(int seconds) =>
        new(Named.Recipient("alice"), TimeSpan.FromSeconds(60)) { Lease = TimeSpan.FromSeconds(seconds) };

    /// <summary>Never answers the next request of a kind. The result completes when that request arrives.</summary>
    private static Task HangAt(FakeQueueClient queue, string request)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Arrived = (what, token) =>
        {
            if (what != request)
            {
                return Task.CompletedTask;
            }

            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        return arrived.Task;
    }
}
