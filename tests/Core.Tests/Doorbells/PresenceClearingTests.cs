using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>What happens to a presence when the last poll of its recipient has left.</summary>
public sealed class PresenceClearingTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _there;
    private readonly CancellationTokenSource _leaves = new();

    public PresenceClearingTests()
    {
        _storage = new FakeQueueService(_time);
        _there = new PollHarness(_time, _storage, hasBell: true);
    }

    public void Dispose()
    {
        _there.Dispose();
        _leaves.Dispose();
    }

    private FakeQueueClient Queue => _there.Queue;

    private PresenceList Written => MailboxMetadata.PresencesIn(Queue.Metadata);

    [Fact]
    public async Task Presence_TwoSecondsAfterTheLastPollHasLeft_IsRemoved_AndKeepsWhenItWasSeen()
    {
        // The poll leaves in one minute, and the removal is in the next.
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 114);
        Assert.Equal((5, 59), (_time.GetUtcNow().Minute, _time.GetUtcNow().Second));
        Queue.Requests.Clear();

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Empty(Queue.Requests);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await Await.UntilAsync(() => Queue.Requests.Count == 2, "the removal");
        Assert.Equal(["properties", "metadata"], Queue.Requests);
        Assert.Empty(Written.All);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 5, 0, TimeSpan.Zero), Written.Seen);
        Assert.Equal("alice", Queue.Metadata!["recipient"]);
    }

    // Timers count whole milliseconds. A pause for the half millisecond that is left after the first two seconds would be none, and with a
    // clock that stands still the removal would ask for the time again and again.
    [Fact]
    public async Task Presence_AfterAPollThatLeftHalfAMillisecondLater_PausesUntilTwoSecondsAreOver()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        _time.Advance(TimeSpan.FromMilliseconds(0.5));
        using var leavesAgain = new CancellationTokenSource();
        var poll = await _there.PollQuietlyAsync(clientAborted: leavesAgain.Token);
        await leavesAgain.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Queue.Requests.Clear();

        await Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(1_999.5)), TestContext.Current.CancellationToken).Bounded();
        Assert.Empty(Queue.Requests);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Await.UntilAsync(() => Queue.Requests.Count == 2, "the removal");
        Assert.Equal(["properties", "metadata"], Queue.Requests);
    }

    [Fact]
    public async Task Presences_OfSeveralRecipients_AreRemovedTwoSecondsAfterEachHasLeftLast()
    {
        await _there.OpenBellAsync();
        var carols = await LeaveAtOnceAsync("carol");
        await AdvanceAsync(1);
        var daves = await LeaveAtOnceAsync("dave");
        await LeaveAtOnceAsync("carol");

        await AdvanceAsync(1.9);
        Assert.Equal((1, 1), (PresencesIn(carols), PresencesIn(daves)));
        await AdvanceAsync(0.1);
        await Await.UntilAsync(() => PresencesIn(carols) + PresencesIn(daves) == 0, "both removals");

        await AdvanceAsync(10);
        var erins = await LeaveAtOnceAsync("erin");
        await AdvanceAsync(1.9);
        Assert.Equal(1, PresencesIn(erins));
        await AdvanceAsync(0.1);
        await Await.UntilAsync(() => PresencesIn(erins) == 0, "the removal");
    }

    // Pushes and polls must not queue behind it.
    [Fact]
    public async Task Presences_WhenManyClientsLeaveTogether_AreRemovedSixteenAtATime()
    {
        await _there.OpenBellAsync();
        var queues = await LeaveAtOnceAsync(count: 20);
        queues.ForEach(queue => queue.Requests.Clear());
        var reads = queues.ConvertAll(queue => queue.Hold("properties"));
        await AdvanceAsync(2);
        await Await.UntilAsync(() => queues.Count(queue => queue.Requests.Count > 0) == 16, "sixteen removals");
        await AdvanceAsync(0.5);
        Assert.Equal(16, queues.Count(queue => queue.Requests.Count > 0));

        reads[0].SetResult();
        await Await.UntilAsync(() => queues.Count(queue => queue.Requests.Count > 0) == 17, "the next removal");
        reads.Skip(1).ToList().ForEach(read => read.SetResult());
        await Await.UntilAsync(() => queues.TrueForAll(queue => PresencesIn(queue) == 0), "all removals");
    }

    // What was published is over by itself, but it says only that a poll waited when it was written, a minute before.
    [Fact]
    public async Task Presence_AfterATimeout_KeepsWhenItWasSeen()
    {
        await _there.OpenBellAsync();
        var poll = await _there.PollQuietlyAsync(seconds: 114);
        for (var second = 0; second < 114; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(PollOutcome.TimedOut, await poll.Bounded());
        Queue.Requests.Clear();
        _time.Advance(TimeSpan.FromSeconds(2));

        await Await.UntilAsync(() => Queue.Requests.Count == 2, "the removal");
        Assert.Equal(["properties", "metadata"], Queue.Requests);
        Assert.Empty(Written.All);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 5, 0, TimeSpan.Zero), Written.Seen);
    }

    // The recipient is erased by another instance between the two requests.
    [Fact]
    public async Task Presence_WhenTheMailboxIsErasedMeanwhile_DoesNotBringItBack()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        Queue.Requests.Clear();
        Queue.Arrived = (request, token) =>
        {
            Queue.IsThere = request != "metadata";
            return Task.CompletedTask;
        };

        _time.Advance(TimeSpan.FromSeconds(2));

        await Await.UntilAsync(() => Queue.Requests.Count == 2, "the removal");
        Assert.Equal(["properties", "metadata"], Queue.Requests);
        Assert.False(Queue.IsThere);
    }

    [Fact]
    public async Task Presence_WhenTheNextPollComes_StaysWithoutARequest()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        _time.Advance(TimeSpan.FromSeconds(1));
        _ = await _there.PollQuietlyAsync();
        Queue.Requests.Clear();

        await _there.AdvanceAsync(10);

        Assert.Empty(Queue.Requests);
        Assert.Equal(_there.Bell.Name, Assert.Single(Written.All).Instance);
    }

    // The next poll is too short to publish anything itself.
    [Fact]
    public async Task Presence_WhenTheNextPollHasLeftToo_IsRemoved()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        _there.Steps.Remember(_there.Alice, 0, default, _there.Steps.Of(_there.Alice).Presences);
        Assert.Equal(PollOutcome.TimedOut, await _there.PollAsync(seconds: 0).Bounded());

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Single(Written.All);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await Await.UntilAsync(() => Written.All.Count == 0, "the removal");
    }

    [Fact]
    public async Task Presence_ThatWasNeverPublished_CostsNothing()
    {
        await _there.OpenBellAsync();
        Assert.Equal(PollOutcome.TimedOut, await _there.PollAsync(seconds: 0).Bounded());
        Queue.Requests.Clear();

        await _there.AdvanceAsync(10);

        Assert.Empty(Queue.Requests);
    }

    [Fact]
    public async Task Presence_OnceRemoved_CostsNothingMore()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Await.UntilAsync(() => Written.All.Count == 0, "the removal");
        _there.Steps.Remember(_there.Alice, 0, default, _there.Steps.Of(_there.Alice).Presences);
        Assert.Equal(PollOutcome.TimedOut, await _there.PollAsync(seconds: 0).Bounded());
        Queue.Requests.Clear();

        await _there.AdvanceAsync(10);

        Assert.Empty(Queue.Requests);
    }

    [Fact]
    public async Task Presence_OfAnotherInstance_IsKept()
    {
        await _there.OpenBellAsync();
        var other = new Presence(Presence.NewInstance(), _time.GetUtcNow().AddSeconds(200));
        _ = await _there.PollQuietlyAsync(clientAborted: _leaves.Token);
        await WriteAsync(Written.All[0], other);
        await _leaves.CancelAsync();

        _time.Advance(TimeSpan.FromSeconds(2));

        await Await.UntilAsync(() => Written.All.Count == 1, "the removal");
        Assert.Equal([other], Written.All);
    }

    [Fact]
    public async Task Presence_ThatAnotherInstanceHasReplaced_IsOnlyRead()
    {
        await _there.OpenBellAsync();
        var other = new Presence(Presence.NewInstance(), _time.GetUtcNow().AddSeconds(200));
        await LeaveAfterAsync(seconds: 1);
        await WriteAsync(other);
        Queue.Requests.Clear();

        await _there.AdvanceAsync(10);

        Assert.Equal(["properties"], Queue.Requests);
        Assert.Equal([other], Written.All);
    }

    [Fact]
    public async Task Presence_OfAPollThatComesWhileTheMetadataIsRead_StaysPublished()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        var read = Queue.Hold("properties");
        _time.Advance(TimeSpan.FromSeconds(2));
        await Await.UntilAsync(() => Queue.Requests.Contains("properties"), "the read");
        _ = await _there.PollQuietlyAsync();
        Queue.Requests.Clear();

        read.SetResult();
        await _there.AdvanceAsync(5);

        Assert.Empty(Queue.Requests);
        Assert.Equal(_there.Bell.Name, Assert.Single(Written.All).Instance);
    }

    [Fact]
    public async Task Presence_OfAPollThatComesDuringTheRemoval_IsWrittenAfterIt()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        var removal = Queue.Hold("metadata");
        _time.Advance(TimeSpan.FromSeconds(2));
        await Await.UntilAsync(() => Queue.Requests.Contains("metadata"), "the removal");
        Queue.Requests.Clear();
        _ = await _there.PollQuietlyAsync();
        Assert.Empty(Queue.Requests);

        removal.SetResult();

        await Await.UntilAsync(() => Queue.Requests.Count == 2, "the poll's look");
        Assert.Equal(["metadata", "properties"], Queue.Requests);
        Assert.Equal(_there.Bell.Name, Assert.Single(Written.All).Instance);
    }

    // The write may have been carried out even if nobody waited for its answer.
    [Fact]
    public async Task Presence_WhenTheClientLeavesDuringTheWrite_IsRemoved()
    {
        await _there.OpenBellAsync();
        Queue.Answered = request =>
        {
            if (request == "metadata")
            {
                Queue.Answered = _ => { };
                _leaves.Cancel();
            }
        };
        Queue.IsThere = true;
        var poll = await _there.PollQuietlyAsync(clientAborted: _leaves.Token);
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Assert.Single(Written.All);

        _time.Advance(TimeSpan.FromSeconds(2));

        await Await.UntilAsync(() => Written.All.Count == 0, "the removal");
    }

    [Fact]
    public async Task Presence_WhenTheHostStops_StaysUntilItEnds()
    {
        await _there.OpenBellAsync();
        var poll = await _there.PollQuietlyAsync();
        Queue.Requests.Clear();
        _there.Stop();
        Assert.Equal(PollOutcome.HostStopping, await poll.Bounded());

        await _there.AdvanceAsync(10);

        Assert.Empty(Queue.Requests);
    }

    [Fact]
    public async Task Presence_OfAPollThatHasLeftJustBeforeTheHostStops_StaysUntilItEnds()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        _time.Advance(TimeSpan.FromSeconds(1));
        Queue.Requests.Clear();

        _there.Stop();
        await _there.AdvanceAsync(10);

        Assert.Empty(Queue.Requests);
        Assert.Single(Written.All);
    }

    // All turns are taken until its client has been back and has left again. The time of that counts.
    [Fact]
    public async Task Presence_OfAClientThatComesAndLeavesWhileItsRemovalWaitsForATurn_IsRemovedTwoSecondsAfterThat()
    {
        await _there.OpenBellAsync();
        var others = await LeaveAtOnceAsync(count: 16);
        var queue = await LeaveAtOnceAsync("carol");
        var reads = others.ConvertAll(other => other.Hold("properties"));
        await AdvanceAsync(2.5);
        Assert.Same(queue, await LeaveAtOnceAsync("carol"));
        queue.Requests.Clear();
        reads.ForEach(read => read.SetResult());
        await Await.UntilAsync(() => others.TrueForAll(other => PresencesIn(other) == 0), "the others' removals");

        await AdvanceAsync(1.9);
        Assert.Empty(queue.Requests);
        await AdvanceAsync(0.1);
        await Await.UntilAsync(() => PresencesIn(queue) == 0, "the removal");
    }

    [Fact]
    public async Task Presence_WhenStorageFails_EndsByItself()
    {
        await _there.OpenBellAsync();
        await LeaveAfterAsync(seconds: 10);
        Queue.Failure = FakeQueueClient.Failed(503, "ServerBusy");
        _time.Advance(TimeSpan.FromSeconds(2));
        await Await.UntilAsync(() => Queue.Requests.Count > 0, "the removal");

        Queue.Failure = null;
        await _there.AdvanceAsync(5);

        Assert.Equal(_there.Bell.Name, Assert.Single(Written.All).Instance);
    }

    private static int PresencesIn(FakeQueueClient queue) => MailboxMetadata.PresencesIn(queue.Metadata).All.Count;

    /// <summary>A poll begins, publishes its presence and leaves. Returns the recipient's queue.</summary>
    private async Task<FakeQueueClient> LeaveAtOnceAsync(string name)
    {
        var recipient = Named.Recipient(name);
        var queue = _storage.Of(recipient);
        queue.IsThere = true;
        _there.Steps.Remember(recipient, 20, default, _there.Steps.Of(recipient).Presences);
        using var leaves = new CancellationTokenSource();
        var poll = _there.Poll.RunAsync(new PollRequest(recipient, TimeSpan.FromSeconds(60)), new RecordedAnswer(), leaves.Token);
        await Await.UntilAsync(() => PresencesIn(queue) == 1, "the presence");
        await leaves.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        return queue;
    }

    private async Task<List<FakeQueueClient>> LeaveAtOnceAsync(int count)
    {
        var queues = new List<FakeQueueClient>();
        for (var number = 0; number < count; number++)
        {
            queues.Add(await LeaveAtOnceAsync($"r{number}"));
        }

        return queues;
    }

    private async Task AdvanceAsync(double seconds)
    {
        for (var step = 0; step < Math.Round(seconds * 10); step++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Yield();
        }
    }

    private async Task LeaveAfterAsync(int seconds)
    {
        var poll = await _there.PollQuietlyAsync(clientAborted: _leaves.Token);
        await _there.AdvanceAsync(seconds);
        Assert.Single(Written.All);
        Queue.Requests.Clear();
        await _leaves.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
    }

    private Task<Response> WriteAsync(params Presence[] presences)
    {
        var metadata = MailboxMetadata.Of(_there.Alice, new PresenceList(presences, _time.GetUtcNow()));
        return Queue.SetMetadataAsync(metadata, TestContext.Current.CancellationToken);
    }
}
