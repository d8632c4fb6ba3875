using Azure;
using FuncComet.Core.Tests.Mailboxes;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Testing;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Polling;

public sealed class LongPollTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Run_WhenAMessageIsThere_DeliversAndDeletesIt()
    {
        await _instance.PushAsync("hello");
        _instance.Queue.Requests.Clear();

        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 30).Bounded());

        Assert.Equal("hello", Assert.Single(_instance.Answer.Messages).Message.Text());
        Assert.Equal(1, _instance.Answer.Messages[0].Deliveries);
        Assert.Equal(["peek", "receive", "delete"], _instance.Queue.Requests);
        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task Run_WhenTheMessageIsPushedHere_DeliversItWithoutWaitingForThePause()
    {
        var poll = _instance.PollAsync(seconds: 30);

        await _instance.PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal("hello", Assert.Single(_instance.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Run_WhenTheMessageIsPushedElsewhere_DeliversItAfterThePause()
    {
        using var elsewhere = new PollHarness(_instance.Time, _instance.Storage);
        var poll = _instance.PollAsync(seconds: 30);

        await elsewhere.PushAsync("hello");
        Assert.False(poll.IsCompleted);
        _instance.Time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Run_WhenNothingComes_LooksAfterEachPauseAndTimesOut()
    {
        var poll = _instance.PollAsync(seconds: 30);

        await _instance.AdvanceAsync(0.25, looks: 2);
        await _instance.AdvanceAsync(0.5, looks: 3);
        await _instance.AdvanceAsync(1, looks: 4);
        await _instance.AdvanceAsync(2, looks: 5);
        await _instance.AdvanceAsync(4, looks: 6);
        await _instance.AdvanceAsync(5, looks: 7);
        await _instance.AdvanceAsync(5, looks: 8);
        await _instance.AdvanceAsync(5, looks: 9);
        await _instance.AdvanceAsync(5, looks: 10);
        await _instance.AdvanceAsync(2.25, looks: 11);

        Assert.Equal(PollOutcome.TimedOut, await poll.Bounded());
        Assert.Equal(11, _instance.Queue.Requests.Count);
        Assert.Equal(0, _instance.Held.Count);
    }

    [Fact]
    public async Task Run_OfAQuietMailbox_ContinuesWithThePauseThatTheLastPollReached()
    {
        var first = _instance.PollAsync(seconds: 1);
        await _instance.AdvanceAsync(0.25, looks: 2);
        await _instance.AdvanceAsync(0.5, looks: 3);
        await _instance.AdvanceAsync(0.25, looks: 3);
        await first.Bounded();

        var second = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(0, looks: 4);
        await _instance.AdvanceAsync(0.99, looks: 4);
        await _instance.AdvanceAsync(0.01, looks: 5);

        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Run_AfterADelivery_RestartsWithTheShortestPause()
    {
        var first = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(0.25, looks: 2);
        await _instance.PushAsync("x");
        await first.Bounded();

        _ = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(0.25, looks: 3);
        await _instance.AdvanceAsync(0.5, looks: 4);
    }

    [Fact]
    public async Task Run_WithoutTimeout_LooksOnce()
    {
        Assert.Equal(PollOutcome.TimedOut, await _instance.PollAsync(seconds: 0).Bounded());

        Assert.Equal(["peek"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Run_NeverCreatesAMailbox()
    {
        await _instance.PollAsync(seconds: 0).Bounded();

        Assert.False(_instance.Queue.IsThere);
    }

    [Fact]
    public async Task Run_WhenTheClientLeavesDuringAPause_EndsAndMakesNoMoreRequests()
    {
        var poll = _instance.PollAsync(seconds: 30);
        Assert.Equal(1, _instance.Held.Count);

        await _instance.ClientAborted.CancelAsync();

        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Assert.Equal(0, _instance.Held.Count);
        _instance.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["peek"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Run_WhenTheClientLeavesDuringALook_Ends()
    {
        _instance.Queue.Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);
        var poll = _instance.PollAsync(seconds: 30);

        await _instance.ClientAborted.CancelAsync();

        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
    }

    [Fact]
    public async Task Run_WhenTheClientHasAlreadyLeft_MakesNoRequest()
    {
        await _instance.ClientAborted.CancelAsync();

        Assert.Equal(PollOutcome.ClientGone, await _instance.PollAsync(seconds: 30).Bounded());
        Assert.Empty(_instance.Queue.Requests);
    }

    [Fact]
    public async Task Run_WhenTheClientLeavesDuringTheReceive_GivesTheMessageBackUncounted()
    {
        await _instance.PushAsync("hello");
        _instance.Queue.Answered = request =>
        {
            if (request == "receive")
            {
                _instance.ClientAborted.Cancel();
            }
        };

        Assert.Equal(PollOutcome.ClientGone, await _instance.PollAsync(seconds: 30).Bounded());

        Assert.Empty(_instance.Answer.Messages);
        var next = new RecordedAnswer();
        var poll = _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.Zero), next, CancellationToken.None);
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(1, Assert.Single(next.Messages).Deliveries);
    }

    [Fact]
    public async Task Run_WhenTheClientLeavesDuringTheReceive_WakesAnotherPollOfTheMailbox()
    {
        var other = new RecordedAnswer();
        var waiting = _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)), other, CancellationToken.None);
        var newest = _instance.PollAsync(seconds: 30);
        _instance.Queue.Answered = request =>
        {
            if (request == "receive")
            {
                _instance.ClientAborted.Cancel();
            }
        };

        await _instance.PutAsync("hello");
        _instance.Rooms.Ring(_instance.Alice);

        Assert.Equal(PollOutcome.ClientGone, await newest.Bounded());
        Assert.Equal(PollOutcome.Delivered, await waiting.Bounded());
        Assert.Equal(1, Assert.Single(other.Messages).Deliveries);
    }

    [Theory]
    [InlineData(WriteOutcome.NotBegun, 1)]
    [InlineData(WriteOutcome.Broken, 2)]
    public async Task Run_WhenTheAnswerIsNotWritten_GivesTheMessageBackAtOnce(WriteOutcome handover, int deliveriesNext)
    {
        await _instance.PushAsync("hello");
        _instance.Answer.Write = _ => Task.FromResult(handover);

        Assert.Equal(PollOutcome.ClientGone, await _instance.PollAsync(seconds: 30).Bounded());

        var next = new RecordedAnswer();
        var poll = _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.Zero), next, CancellationToken.None);
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(deliveriesNext, Assert.Single(next.Messages).Deliveries);
        Assert.Equal("hello", next.Messages[0].Message.Text());
    }

    [Fact]
    public async Task Run_WhenWritingFails_GivesTheMessageBack()
    {
        await _instance.PushAsync("hello");
        _instance.Answer.Write = _ => throw new InvalidOperationException("a fault of ours");

        await Assert.ThrowsAsync<InvalidOperationException>(() => _instance.PollAsync(seconds: 30).Bounded());

        var mailbox = _instance.Storage.Mailboxes().Open(_instance.Alice);
        Assert.True(await mailbox.HasMessageAsync(Mailbox.Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(0, _instance.Held.Count);
    }

    [Fact]
    public async Task Run_WhenTheClientReadsTooSlowly_CancelsTheWriteBeforeAnotherPollGetsTheMessage()
    {
        await _instance.PushAsync("hello");
        _instance.Answer.Write = async token =>
        {
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return WriteOutcome.Broken;
        };
        var poll = _instance.PollAsync(seconds: 220);

        _instance.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
    }

    [Fact]
    public async Task Run_WhenTheHostStops_Ends()
    {
        var poll = _instance.PollAsync(seconds: 30);

        _instance.Stop();

        Assert.Equal(PollOutcome.HostStopping, await poll.Bounded());
        Assert.Equal(PollOutcome.HostStopping, await _instance.PollAsync(seconds: 30).Bounded());
        Assert.Equal(["peek"], _instance.Queue.Requests);
    }

    [Fact]
    public async Task Run_WhenTheHostStopsWithAMessageInHand_StillDeliversIt()
    {
        await _instance.PushAsync("hello");
        _instance.Queue.Answered = request =>
        {
            if (request == "receive")
            {
                _instance.Stop();
            }
        };

        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 30).Bounded());
        Assert.Empty(_instance.Queue.Texts);
    }

    [Fact]
    public async Task Run_WhenStorageFails_Ends()
    {
        _instance.Queue.Failure = new RequestFailedException("Connection refused");

        Assert.Equal(PollOutcome.StorageFailed, await _instance.PollAsync(seconds: 30).Bounded());
        Assert.Equal(0, _instance.Held.Count);
    }

    [Fact]
    public async Task Run_WhenStorageFailsDuringTheWait_EndsAtTheNextLook()
    {
        var poll = _instance.PollAsync(seconds: 30);
        _instance.Queue.Failure = new RequestFailedException("Connection refused");

        _instance.Time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(PollOutcome.StorageFailed, await poll.Bounded());
    }

    [Fact]
    public async Task Run_WhenStorageFailsBetweenAnswerAndDelete_HasDeliveredAndTheRepeatIsMarked()
    {
        await _instance.PushAsync("hello");
        _instance.Answer.Write = _ =>
        {
            _instance.Queue.Failure = new RequestFailedException("Connection refused");
            return Task.FromResult(WriteOutcome.Written);
        };
        Assert.Equal(PollOutcome.Delivered, await _instance.PollAsync(seconds: 30).Bounded());

        _instance.Queue.Failure = null;
        _instance.Time.Advance(TimeSpan.FromSeconds(30));
        var next = new RecordedAnswer();
        await _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.Zero), next, CancellationToken.None).Bounded();

        Assert.Equal(2, Assert.Single(next.Messages).Deliveries);
    }

    [Fact]
    public async Task Run_InLeaseMode_LeavesTheMessageToItsReceipt()
    {
        await _instance.PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await LeaseAsync(_instance.Answer).Bounded());

        Assert.Single(_instance.Queue.Texts);
        Assert.Equal(PollOutcome.TimedOut, await LeaseAsync(new RecordedAnswer()).Bounded());
        _instance.Time.Advance(TimeSpan.FromSeconds(60));
        var again = new RecordedAnswer();
        Assert.Equal(PollOutcome.Delivered, await LeaseAsync(again).Bounded());
        Assert.Equal(2, Assert.Single(again.Messages).Deliveries);
        Assert.Equal(_instance.Answer.Messages[0].Message.Id, again.Messages[0].Message.Id);
    }

    [Theory]
    [InlineData(WriteOutcome.NotBegun, 1)]
    [InlineData(WriteOutcome.Broken, 2)]
    public async Task Run_InLeaseModeWhenTheAnswerIsNotWritten_GivesTheMessageBackAtOnce(WriteOutcome handover, int deliveriesNext)
    {
        await _instance.PushAsync("hello");
        _instance.Answer.Write = _ => Task.FromResult(handover);

        Assert.Equal(PollOutcome.ClientGone, await LeaseAsync(_instance.Answer).Bounded());

        var next = new RecordedAnswer();
        Assert.Equal(PollOutcome.Delivered, await LeaseAsync(next).Bounded());
        Assert.Equal(deliveriesNext, Assert.Single(next.Messages).Deliveries);
    }

    [Fact]
    public async Task Run_OfABatch_ReceivesTheMessagesAtOnceAndDeletesAll()
    {
        foreach (var number in Enumerable.Range(0, 40))
        {
            await _instance.PushAsync($"{number}");
        }

        _instance.Queue.Requests.Clear();
        var poll = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)) { Max = 32 };

        Assert.Equal(PollOutcome.Delivered, await _instance.Poll.RunAsync(poll, _instance.Answer, CancellationToken.None).Bounded());

        Assert.Equal(
            Enumerable.Range(0, 32).Select(number => $"{number}"),
            _instance.Answer.Messages.Select(message => message.Message.Text()));
        Assert.Equal(["peek", "receive", .. Enumerable.Repeat("delete", 32)], _instance.Queue.Requests);
        Assert.Equal(8, _instance.Queue.Texts.Count());
    }

    private Task<PollOutcome> LeaseAsync(RecordedAnswer answer) =>
        _instance.Poll.RunAsync(
            new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(60) }, answer, CancellationToken.None);

    [Theory]
    [InlineData("peek", PollOutcome.StorageFailed)]
    [InlineData("receive", PollOutcome.StorageFailed)]
    [InlineData("delete", PollOutcome.Delivered)]
    public async Task Run_WhenStorageFreezesAtTheEnd_EndsBelowTheHostsLimit(string request, PollOutcome expected)
    {
        await _instance.PushAsync("hello");
        _instance.Queue.Arrived = (arrived, token) => arrived == request ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        var poll = _instance.PollAsync(seconds: 0);

        _instance.Time.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal(expected, await poll.Bounded());
    }

    [Fact]
    public async Task Run_WhileAnAnswerIsBeingWritten_APushWakesAnotherWaitingPoll()
    {
        var other = new RecordedAnswer();
        var waiting = _instance.Poll.RunAsync(new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30)), other, CancellationToken.None);
        var writing = new TaskCompletionSource<WriteOutcome>();
        _instance.Answer.Write = _ => writing.Task;
        var newest = _instance.PollAsync(seconds: 30);
        await _instance.PushAsync("first");
        await Await.UntilAsync(() => _instance.Answer.Messages.Count == 1, "the first answer");

        await _instance.PushAsync("second");

        Assert.Equal(PollOutcome.Delivered, await waiting.Bounded());
        Assert.Equal("second", Assert.Single(other.Messages).Message.Text());
        writing.SetResult(WriteOutcome.Written);
        Assert.Equal(PollOutcome.Delivered, await newest.Bounded());
    }

    [Fact]
    public async Task Run_LongAfterTheLastPoll_RestartsWithTheShortestPause()
    {
        var first = _instance.PollAsync(seconds: 1);
        await _instance.AdvanceAsync(0.25, looks: 2);
        await _instance.AdvanceAsync(0.5, looks: 3);
        await _instance.AdvanceAsync(0.25, looks: 3);
        await first.Bounded();
        _instance.Time.Advance(TimeSpan.FromMinutes(5));

        _ = _instance.PollAsync(seconds: 30);
        await _instance.AdvanceAsync(0, looks: 4);
        await _instance.AdvanceAsync(0.25, looks: 5);
    }

    [Fact]
    public async Task Run_WhenAnotherPollWasFaster_ContinuesToWait()
    {
        await _instance.PushAsync("first");
        var mailbox = _instance.Storage.Mailboxes().Open(_instance.Alice);
        var taken = false;
        _instance.Queue.Arrived = async (request, _) =>
        {
            if (request == "receive" && !taken)
            {
                taken = true;
                Assert.NotNull(await mailbox.ReceiveAsync(TimeSpan.FromMinutes(1), Mailbox.Deadline));
            }
        };

        var poll = _instance.PollAsync(seconds: 30);
        Assert.False(poll.IsCompleted);
        await _instance.PushAsync("second");

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal("second", Assert.Single(_instance.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Run_OfTwentyPollsAndTwentyPushes_GivesEachPollOneMessage()
    {
        var answers = Enumerable.Range(0, 20).Select(_ => new RecordedAnswer()).ToList();
        var request = new PollRequest(_instance.Alice, TimeSpan.FromSeconds(30));
        var polls = answers.Select(answer => _instance.Poll.RunAsync(request, answer, CancellationToken.None)).ToList();

        foreach (var number in Enumerable.Range(0, 20))
        {
            await _instance.PushAsync($"{number}");
        }

        Assert.All(await Task.WhenAll(polls).Bounded(), end => Assert.Equal(PollOutcome.Delivered, end));
        Assert.Equal(
            Enumerable.Range(0, 20).Select(number => $"{number}").Order(),
            answers.Select(answer => Assert.Single(answer.Messages).Message.Text()).Order());
    }
}
