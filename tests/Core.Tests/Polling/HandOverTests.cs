using Azure;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Polling;

/// <summary>A push that meets a poll on its instance, with push, poll, timeout and leaving in every possible order.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public HandOverTests() => _instance.Queue.IsThere = true;

    public void Dispose() => _instance.Dispose();

    private FakeQueueClient Queue => _instance.Queue;

    [Fact]
    public async Task Push_ToAWaitingPoll_IsASendAndADelete()
    {
        var poll = Poll();

        Assert.Equal(PushOutcome.Stored, await PushAsync("hello"));

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        var message = Assert.Single(poll.Answer.Messages);
        Assert.Equal("hello", message.Message.Text());
        Assert.Equal(1, message.Deliveries);
        Assert.Equal(["send", "delete"], Queue.Requests);
        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Push_ToAWaitingPoll_HidesTheMessageUntilItsAnswerIsWritten()
    {
        var poll = Poll();
        var written = new TaskCompletionSource<WriteOutcome>();
        poll.Answer.Write = _ => written.Task;

        await PushAsync("hello");

        Assert.Single(Queue.Texts);
        Assert.False(await IsVisibleAsync());
        written.SetResult(WriteOutcome.Written);
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Push_WhenTheInstanceDiesBeforeTheDelete_LeavesTheMessageForItsLease_AndMarksTheRepeat()
    {
        var poll = Poll();
        poll.Answer.Write = _ => new TaskCompletionSource<WriteOutcome>().Task;
        await PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(await IsVisibleAsync());
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));

        using var other = new PollHarness(_instance.Time, _instance.Storage);
        Assert.Equal(PollOutcome.Delivered, await other.PollAsync(seconds: 0).Bounded());
        Assert.Equal(2, Assert.Single(other.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Push_ToAWaitingPollInLeaseMode_IsASend_AndLeavesTheMessageToItsReceipt()
    {
        var poll = Poll(lease: 60);

        await PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send"], Queue.Requests);
        _instance.Time.Advance(TimeSpan.FromSeconds(60));
        var again = Poll(seconds: 0, lease: 60);
        Assert.Equal(PollOutcome.Delivered, await again.End.Bounded());
        Assert.Equal(2, Assert.Single(again.Answer.Messages).Deliveries);
        Assert.Equal(poll.Answer.Messages[0].Message.Id, again.Answer.Messages[0].Message.Id);
        Assert.False(await Mailbox.AcknowledgeAsync(poll.Answer.Messages[0].Receipt));
        Assert.True(await Mailbox.AcknowledgeAsync(again.Answer.Messages[0].Receipt));
        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Push_ToAWaitingPollOfABatch_IsAnAnswerOfOneMessage()
    {
        var poll = Poll(max: 32);

        await PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal("hello", Assert.Single(poll.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Push_ToTheFirstPollOfANewMailbox_IsHandedOverToo()
    {
        Queue.IsThere = false;
        var poll = Poll();

        await PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "create", "send", "delete"], Queue.Requests);
    }

    [Theory]
    [InlineData(WriteOutcome.NotBegun, null, 1)]
    [InlineData(WriteOutcome.Broken, null, 2)]
    [InlineData(WriteOutcome.NotBegun, 60, 1)]
    [InlineData(WriteOutcome.Broken, 60, 2)]
    public async Task Push_WhenTheAnswerIsNotWritten_IsBackInTheMailboxAtOnce(WriteOutcome handover, int? lease, int deliveriesNext)
    {
        var poll = Poll(lease: lease);
        poll.Answer.Write = _ => Task.FromResult(handover);

        Assert.Equal(PushOutcome.Stored, await PushAsync("hello"));

        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(deliveriesNext, Assert.Single(next.Answer.Messages).Deliveries);
        Assert.Equal("hello", next.Answer.Messages[0].Message.Text());
    }

    [Fact]
    public async Task Push_ToSeveralWaitingPolls_GoesToTheNewest()
    {
        var (older, newer) = (Poll(), Poll());

        await PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await newer.End.Bounded());
        Assert.False(older.End.IsCompleted);
        Assert.Equal(["send", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Push_DuringTheFirstLook_OnlyRings()
    {
        var look = Queue.Hold("peek");
        var poll = Poll();

        await PushAsync("hello");
        Assert.Equal(["send"], Queue.Requests);
        Assert.True(await IsVisibleAsync());
        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(1, Assert.Single(poll.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Push_AfterAnUnansweredRing_OvertakesNoMessage()
    {
        var (older, newer) = (Poll(max: 1), Poll(max: 1));
        await _instance.PutAsync("first");
        var look = Queue.Hold("peek");
        _instance.Rooms.Ring(_instance.Alice);

        await PushAsync("second");
        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await newer.End.Bounded());
        Assert.Equal("first", Assert.Single(newer.Answer.Messages).Message.Text());
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal("second", Assert.Single(older.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Pushes_AtTheSameTimeForOnePoll_GoOneToIt_AndTheOtherToItsClientsNextPoll()
    {
        var poll = Poll();
        var send = Queue.Hold("send");
        var first = PushAsync("first");

        Assert.Equal(PushOutcome.Stored, await PushAsync("second").Bounded());
        Assert.False(poll.End.IsCompleted);
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await first.Bounded());
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal("first", Assert.Single(poll.Answer.Messages).Message.Text());
        Assert.Equal(["send", "send", "delete"], Queue.Requests);
        var next = Poll();
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal("second", Assert.Single(next.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Pushes_AtTheSameTimeForTwoPolls_GoOneToEach()
    {
        var (older, newer) = (Poll(), Poll());
        var send = Queue.Hold("send");
        var first = PushAsync("first");

        await PushAsync("second").Bounded();
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        send.SetResult();

        await first.Bounded();
        Assert.Equal(PollOutcome.Delivered, await newer.End.Bounded());
        Assert.Equal("second", Assert.Single(older.Answer.Messages).Message.Text());
        Assert.Equal("first", Assert.Single(newer.Answer.Messages).Message.Text());
        Assert.Equal(["send", "send", "delete", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Client_ThatLeavesDuringTheSend_LeavesTheMessageToTheNextPollHere()
    {
        var (older, newer) = (Poll(), Poll());
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        await newer.Client.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await newer.End.Bounded());
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal(PollOutcome.Delivered, await older.End.Bounded());
        Assert.Equal(1, Assert.Single(older.Answer.Messages).Deliveries);
        Assert.Equal(["send", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Client_ThatLeavesDuringTheSend_WithNoOtherPollHere_LeavesTheMessageUncountedInTheMailbox()
    {
        var poll = Poll();
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        await poll.Client.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal(["send", "update"], Queue.Requests);
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(1, Assert.Single(next.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Client_ThatLeavesDuringTheSend_WithAPollOfALongerLeaseHere_GivesTheMessageBackAndRings()
    {
        var longer = Poll(lease: 60);
        var shorter = Poll(lease: 20);
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        await shorter.Client.CancelAsync();
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal(PollOutcome.Delivered, await longer.End.Bounded());
        Assert.Equal(1, Assert.Single(longer.Answer.Messages).Deliveries);
        Assert.Equal(TimeSpan.FromSeconds(60), longer.Answer.Messages[0].LeaseLeft(_instance.Time));
        Assert.Equal(["send", "update", "receive"], Queue.Requests);
    }

    [Fact]
    public async Task Client_ThatLeavesDuringTheSend_WhenTheGiveBackFails_StillHasItsMessageStored()
    {
        var poll = Poll();
        var send = Queue.Hold("send");
        var push = PushAsync("hello");
        await poll.Client.CancelAsync();
        Queue.Answered = _ => Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());

        (Queue.Failure, Queue.Answered) = (null, _ => { });
        _instance.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(PollOutcome.Delivered, await Poll(seconds: 0).End.Bounded());
    }

    [Fact]
    public async Task Client_ThatLeavesDuringTheHandOver_LeavesTheMessageUncountedInTheMailbox()
    {
        var poll = Poll();
        Queue.Answered = request =>
        {
            // This is between Storage's answer and the hand-over.
            if (request == "send")
            {
                poll.Client.Cancel();
            }
        };

        Assert.Equal(PushOutcome.Stored, await PushAsync("hello").Bounded());

        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        Assert.Empty(poll.Answer.Messages);
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(1, Assert.Single(next.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Timeout_DuringTheSend_WaitsBrieflyForTheMessage()
    {
        var poll = Poll(seconds: 10);
        _instance.Time.Advance(TimeSpan.FromSeconds(9));
        Queue.Requests.Clear();
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(poll.End.IsCompleted);
        send.SetResult();

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal("hello", Assert.Single(poll.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Timeout_WhenTheSendTakesLonger_EndsThePollAndThePushContinues()
    {
        var poll = Poll(seconds: 10);
        _instance.Time.Advance(TimeSpan.FromSeconds(9));
        Queue.Requests.Clear();
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(PollOutcome.TimedOut, await poll.End.Bounded());
        Assert.False(push.IsCompleted);
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal(["send", "update"], Queue.Requests);
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(1, Assert.Single(next.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Send_ThatTakesLongerThanTheLease_LeavesTheMessageToOthers()
    {
        var poll = Poll(lease: 5);
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        _instance.Time.Advance(TimeSpan.FromSeconds(5));
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.Equal(PollOutcome.ClientGone, await poll.End.Bounded());
        Assert.Empty(poll.Answer.Messages);
        var next = Poll(seconds: 0);
        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(1, Assert.Single(next.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Host_ThatStopsDuringTheSend_EndsThePoll_AndTheMessageIsInTheMailbox()
    {
        var poll = Poll();
        var send = Queue.Hold("send");
        var push = PushAsync("hello");

        _instance.Stop();
        Assert.Equal(PollOutcome.HostStopping, await poll.End.Bounded());
        send.SetResult();

        Assert.Equal(PushOutcome.Stored, await push.Bounded());
        Assert.True(await IsVisibleAsync());
    }

    [Fact]
    public async Task Send_WhenItFails_LetsThePollWaitOnAfterALook()
    {
        var poll = Poll();
        Queue.Arrived = (request, _) => request == "send"
            ? throw new RequestFailedException(503, "", "ServerBusy", innerException: null)
            : Task.CompletedTask;

        Assert.Equal(PushOutcome.StorageFailed, await PushAsync("refused").Bounded());

        Assert.Equal(["send", "peek"], Queue.Requests);
        Assert.False(poll.End.IsCompleted);
        Queue.Arrived = (_, _) => Task.CompletedTask;
        Assert.Equal(PushOutcome.Stored, await PushAsync("hello").Bounded());
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal("hello", Assert.Single(poll.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Send_WhenStorageIsDown_EndsThePollAfterOneLook()
    {
        var poll = Poll();
        Queue.Failure = new RequestFailedException("Connection refused");

        Assert.Equal(PushOutcome.StorageFailed, await PushAsync("refused").Bounded());

        Assert.Equal(PollOutcome.StorageFailed, await poll.End.Bounded());
        Assert.Equal(["send", "peek"], Queue.Requests);
    }

    [Fact]
    public async Task Send_WhenItsAnswerIsLost_LeavesTheMessageUnderItsLease()
    {
        var poll = Poll(seconds: 220);
        Queue.Answered = request =>
        {
            if (request == "send")
            {
                throw new RequestFailedException("The connection was closed.");
            }
        };

        Assert.Equal(PushOutcome.StorageFailed, await PushAsync("hello").Bounded());
        Queue.Answered = _ => { };
        Assert.False(poll.End.IsCompleted);

        // The poll continues to look, and sees the message when its lease ends.
        foreach (var _ in Enumerable.Range(0, 40))
        {
            _instance.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(2, Assert.Single(poll.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Send_WhenItThrows_ReleasesThePoll()
    {
        var poll = Poll();
        Queue.Arrived = (request, _) => request == "send" ? throw new InvalidOperationException("a fault of ours") : Task.CompletedTask;

        await Assert.ThrowsAsync<InvalidOperationException>(() => PushAsync("refused").Bounded());

        Queue.Arrived = (_, _) => Task.CompletedTask;
        Assert.Equal(PushOutcome.Stored, await PushAsync("hello").Bounded());
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
    }

    [Theory]
    [InlineData(29, null)]
    [InlineData(30, null)]
    [InlineData(60, 60)]
    public async Task Push_WhenItsTtlIsTooShortForTheLease_IsStoredAndRings(int ttl, int? lease)
    {
        var poll = Poll(lease: lease);

        Assert.Equal(PushOutcome.Stored, await PushAsync("hello", ttl));

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "receive"], Queue.Requests.Take(2));
    }

    [Theory]
    [InlineData(31, null)]
    [InlineData(61, 60)]
    public async Task Push_WhenItsTtlIsASecondLonger_IsHandedOver(int ttl, int? lease)
    {
        var poll = Poll(lease: lease);

        Assert.Equal(PushOutcome.Stored, await PushAsync("hello", ttl));

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.DoesNotContain("receive", Queue.Requests);
    }

    [Fact]
    public async Task Push_WithADelay_WakesNoPoll()
    {
        var poll = Poll();

        var message = Named.Message("later");
        var copies = await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10)).Bounded();
        var copy = Assert.Single(copies);

        Assert.Equal(PushOutcome.Stored, copy.Outcome);
        Assert.Equal(["send"], Queue.Requests);
        Assert.False(poll.End.IsCompleted);
    }

    [Fact]
    public async Task Push_ToSeveralRecipients_HandsOverToThoseWithAPoll()
    {
        var poll = Poll();
        var bob = Named.Recipient("bob");
        _instance.Storage.Of(bob).IsThere = true;

        await _instance.Push.SendAsync([_instance.Alice, bob], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
        Assert.Equal(["send", "delete"], Queue.Requests);
        Assert.Equal(["properties", "send"], _instance.Storage.Of(bob).Requests);
        var mailbox = _instance.Storage.Mailboxes().Open(bob);
        var bobs = await mailbox.ReceiveAsync(TimeSpan.FromSeconds(30), FuncComet.Mailboxes.Mailbox.Deadline);
        Assert.Equal(1, bobs!.Deliveries);
    }

    [Fact]
    public async Task Client_ThatReturnsForTheNextMessage_NeedNotLookFirst()
    {
        _ = Poll();
        foreach (var number in Enumerable.Range(0, 10))
        {
            await PushAsync($"{number}");
            var (answer, requests) = (new RecordedAnswer(), Queue.Requests.ToArray());
            _ = _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)), answer, CancellationToken.None);

            Assert.Equal(["send", "delete"], requests);
            Assert.Equal(["send", "delete"], Queue.Requests);
            Queue.Requests.Clear();
        }
    }

    [Fact]
    public async Task Client_ThatReturnsForTheNextMessage_LooksAfterTheFirstPause()
    {
        await HandOverAsync("first");
        await _instance.PutAsync("pushed elsewhere");

        var next = Poll();
        _instance.Time.Advance(TimeSpan.FromSeconds(0.24));
        Assert.False(next.End.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.01));

        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal(["peek", "receive", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Client_ThatReturnsForTheNextMessageWithoutTimeToWait_LooksAtOnce()
    {
        await HandOverAsync("first");
        await _instance.PutAsync("pushed elsewhere");

        Assert.Equal(PollOutcome.Delivered, await Poll(seconds: 0).End.Bounded());
    }

    [Fact]
    public async Task Client_ThatReturnsLateForTheNextMessage_LooksFirst()
    {
        await HandOverAsync("first");
        await _instance.PutAsync("pushed elsewhere");
        _instance.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PollOutcome.Delivered, await Poll().End.Bounded());
    }

    [Fact]
    public async Task Client_ThatReturnsForTheNextMessage_WhenOneWasPushedHereMeanwhile_LooksFirst()
    {
        await HandOverAsync("first");
        await PushAsync("second");

        var next = Poll();

        Assert.Equal(PollOutcome.Delivered, await next.End.Bounded());
        Assert.Equal("second", Assert.Single(next.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Client_ThatAlwaysReturnsAtOnce_StillLooksEverySecond()
    {
        _ = Poll();
        foreach (var number in Enumerable.Range(0, 50))
        {
            await PushAsync($"{number}");
            _ = _instance.Poll.RunAsync(
                new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)), new RecordedAnswer(), CancellationToken.None);
            _instance.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal(50, Queue.Requests.Count(request => request == "send"));
        Assert.Equal(50, Queue.Requests.Count(request => request == "delete"));
        Assert.InRange(Queue.Peeks, 4, 5);
    }

    private Mailbox Mailbox => _instance.Storage.Mailboxes().Open(_instance.Alice);

    private (Task<PollOutcome> End, RecordedAnswer Answer, CancellationTokenSource Client) Poll(
        int seconds = 30, int? lease = null, int max = 1)
    {
        var (answer, client) = (new RecordedAnswer(), new CancellationTokenSource());
        var request = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(seconds))
        {
            Lease = lease is { } time ? TimeSpan.FromSeconds(time) : null,
            Max = max,
        };
        var end = _instance.Poll.RunAsync(request, answer, client.Token);
        Queue.Requests.Clear();
        return (end, answer, client);
    }

    private async Task HandOverAsync(string text)
    {
        var poll = Poll();
        await PushAsync(text);
        Assert.Equal(PollOutcome.Delivered, await poll.End.Bounded());
    }

    private async Task<PushOutcome> PushAsync(string text, int ttl = 3_600) =>
        (await _instance.Push.SendAsync([_instance.Alice], Named.Message(text), TimeSpan.FromSeconds(ttl), TimeSpan.Zero))[0].Outcome;

    private async Task<bool> IsVisibleAsync() =>
        (await Queue.PeekMessageAsync(TestContext.Current.CancellationToken)).Value is not null;
}
