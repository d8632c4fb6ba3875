using Azure;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>When polls that wait learn of a lease that was renewed or given up, on this instance.</summary>
public sealed class LeaseChangesTests : IDisposable
{
    private static readonly RequestFailedException Busy = new(503, "", "ServerBusy", innerException: null);

    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    private FakeQueueClient Queue => _instance.Queue;

    [Fact]
    public async Task Release_WakesAPollThatWaits_WithoutAPeek()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        Queue.Requests.Clear();

        var released = await _instance.Leases.ReleaseAsync(_instance.Alice, [receipt], TimeSpan.Zero).Bounded();

        Assert.Equal(LeaseOutcome.Changed, Assert.Single(released).Outcome);
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, _instance.Answer.Messages[1].Deliveries);
        Assert.Equal(["update", "receive", "delete"], Queue.Requests);
    }

    [Fact]
    public async Task Release_ForLater_IsFoundByAPollThatWaitsWhenItsTimeHasCome()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        var looks = Queue.Peeks;

        await _instance.Leases.ReleaseAsync(_instance.Alice, [receipt], TimeSpan.FromSeconds(3)).Bounded();

        await _instance.AdvanceAsync(3, looks);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, _instance.Answer.Messages[1].Deliveries);
    }

    [Fact]
    public async Task Renew_WhenTheNewLeaseEnds_IsFoundByAPollThatWaits()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        var looks = Queue.Peeks;

        await _instance.Leases.RenewAsync(_instance.Alice, [receipt], TimeSpan.FromSeconds(3)).Bounded();

        await _instance.AdvanceAsync(3, looks);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, _instance.Answer.Messages[1].Deliveries);
    }

    // Nobody has the new receipt, so the message is back when the lease ends that may have been set.
    [Fact]
    public async Task Renew_WhenOnlyTheAnswerIsLost_IsFoundByAPollThatWaitsWhenTheNewLeaseEnds()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        var looks = Queue.Peeks;
        LoseTheAnswer();

        var renewed = await _instance.Leases.RenewAsync(_instance.Alice, [receipt], TimeSpan.FromSeconds(3)).Bounded();

        Assert.Equal(LeaseOutcome.Failed, Assert.Single(renewed).Outcome);
        await _instance.AdvanceAsync(3, looks);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, _instance.Answer.Messages[1].Deliveries);
    }

    // The storage client's second try is refused, since its first was carried out.
    [Fact]
    public async Task Renew_WhenStorageRefusesTheSecondTry_IsFoundByAPollThatWaitsWhenTheNewLeaseEnds()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        var looks = Queue.Peeks;
        await Queue.UpdateMessageAsync(
            receipt.QueueMessageId, receipt.PopReceipt, visibilityTimeout: TimeSpan.FromSeconds(3), cancellationToken: Token);

        var renewed = await _instance.Leases.RenewAsync(_instance.Alice, [receipt], TimeSpan.FromSeconds(3)).Bounded();

        Assert.Equal(LeaseOutcome.Expired, Assert.Single(renewed).Outcome);
        await _instance.AdvanceAsync(3, looks);
        _instance.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Release_WhenOnlyTheAnswerIsLost_WakesAPollThatWaits()
    {
        var receipt = await LeaseAsync(seconds: 600);
        var poll = await WaitAsync();
        LoseTheAnswer();

        var released = await _instance.Leases.ReleaseAsync(_instance.Alice, [receipt], TimeSpan.Zero).Bounded();

        Assert.Equal(LeaseOutcome.Failed, Assert.Single(released).Outcome);
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Release_OfSeveral_ReachesAsManyPollsAsWait()
    {
        var (one, two) = (await LeaseAsync(seconds: 600), await LeaseAsync(seconds: 600));
        var (first, second) = (await WaitAsync(), _instance.PollAsync(seconds: 200));

        await _instance.Leases.ReleaseAsync(_instance.Alice, [one, two], TimeSpan.Zero).Bounded();

        Assert.Equal(PollOutcome.Delivered, await first.Bounded());
        Assert.Equal(PollOutcome.Delivered, await second.Bounded());
    }

    [Fact]
    public async Task Release_UntilMaxDeliveries_MakesADeadLetter()
    {
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var receipt = await LeaseAsync(seconds: 600, pushes: Queue.Requests.Count == 0);
            await _instance.Leases.ReleaseAsync(_instance.Alice, [receipt], TimeSpan.Zero).Bounded();
        }

        Assert.Equal(PollOutcome.TimedOut, await LeaseOnceAsync(seconds: 600));
        await Await.UntilAsync(() => _instance.Storage.DeadLettersOf(_instance.Alice).Texts.Any(), "the dead letter");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The next request is carried out, and fails all the same.
    private void LoseTheAnswer() => Queue.Answered = _ =>
    {
        Queue.Answered = _ => { };
        throw Busy;
    };

    private async Task<Receipt> LeaseAsync(int seconds, bool pushes = true)
    {
        if (pushes)
        {
            await _instance.PushAsync("hello");
        }

        Assert.Equal(PollOutcome.Delivered, await LeaseOnceAsync(seconds));
        return _instance.Answer.Messages[^1].Receipt;
    }

    private Task<PollOutcome> LeaseOnceAsync(int seconds) =>
        _instance.Poll.RunAsync(
            new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(seconds) },
            _instance.Answer,
            Token).Bounded();

    // The mailbox is known to be quiet, so the poll's next looks are far apart. The client that has just had its message is not likely to
    // be back any more.
    private async Task<Task<PollOutcome>> WaitAsync()
    {
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        _instance.Steps.Remember(_instance.Alice, 20);
        var looks = Queue.Peeks;
        var poll = _instance.PollAsync(seconds: 200);
        await Await.UntilAsync(() => Queue.Peeks > looks, "the first look");
        return poll;
    }
}
