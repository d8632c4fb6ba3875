using System.Collections.Concurrent;
using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>A push at one instance and a poll at another, with one storage.</summary>
public sealed class AcrossInstancesTests : IDisposable
{
    private readonly PausesTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _here;
    private readonly PollHarness _there;

    public AcrossInstancesTests()
    {
        _storage = new FakeQueueService(_time);
        (_here, _there) = (new PollHarness(_time, _storage, hasBell: true), new PollHarness(_time, _storage, hasBell: true));
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private FakeQueueClient Queue => _here.Queue;

    private FakeQueueClient BellThere => (FakeQueueClient)_storage.GetQueueClient($"fc-bell-{_there.Bell.Name}");

    // A copy, since the bell keeps sending requests on its own thread.
    private string[] BellRequests => [.. BellThere.Requests];

    [Fact]
    public async Task Push_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();

        await _here.PushAsync("hello");
        Assert.Equal(["metadata", "create", "properties", "send", "properties"], Queue.Requests);
        Assert.Equal(["alice"], BellThere.Texts);

        // The poll's next look without a ring is 30 seconds away.
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal("hello", Assert.Single(_there.Answer.Messages).Message.Text());
        Assert.Equal(1, _there.Answer.Messages[0].Deliveries);
        Assert.Equal(["receive", "delete"], Queue.Requests.Skip(5));
    }

    [Fact]
    public async Task Release_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        await _here.PushAsync("hello");
        var leasing = new PollRequest(_here.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(600) };
        await _here.Poll.RunAsync(leasing, _here.Answer, CancellationToken.None).Bounded();
        var poll = await PollThereAsync();

        await _here.Leases.ReleaseAsync(_here.Alice, [_here.Answer.Messages[0].Receipt], TimeSpan.Zero).Bounded();

        Assert.Equal(["alice"], BellThere.Texts);
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(0.7));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(2, Assert.Single(_there.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Poll_WhenItsInstanceCanNoLongerBeRung_LooksWithinFiveSeconds()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();

        // The poll's next look was 30 seconds away.
        BellThere.Failure = Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(7));

        Assert.Equal(PollOutcome.StorageFailed, await poll.Bounded());
    }

    [Fact]
    public async Task Poll_OfAFewLooks_CreatesNoMailbox_AndALongerOneDoes()
    {
        await OpenBellThereAsync();
        var poll = _there.PollAsync(220);
        await _there.AdvanceAsync(0.25, looks: 2);
        await _there.AdvanceAsync(0.5, looks: 3);
        Assert.False(Queue.IsThere);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(Queue.IsThere);
        Assert.Equal(["peek", "peek", "peek", "metadata", "create", "properties"], Queue.Requests);
        Assert.False(poll.IsCompleted);
    }

    [Fact]
    public async Task Push_WhenAPollWaitsOnTheSameInstance_RingsNoOther()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        Queue.Requests.Clear();

        await _there.PushAsync("hello");

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(["send", "delete"], Queue.Requests);
        Assert.Empty(BellThere.Texts);
    }

    [Fact]
    public async Task Push_WhenNoPollWaits_ReadsThePresenceAndLeavesNoNote()
    {
        await OpenBellThereAsync();
        Queue.IsThere = true;

        await _here.PushAsync("hello");

        Assert.Equal(["send", "properties"], Queue.Requests);
        Assert.DoesNotContain("send", BellRequests);
    }

    [Fact]
    public async Task Push_AfterTheTimeoutOfThePollElsewhere_LeavesNoNote()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        _time.Advance(TimeSpan.FromSeconds(220));
        Assert.Equal(PollOutcome.TimedOut, await poll.Bounded());
        _time.Advance(TimeSpan.FromSeconds(3));

        await _here.PushAsync("hello");

        Assert.DoesNotContain("send", BellRequests);
    }

    [Fact]
    public async Task Push_WhenThePresenceNamesItsOwnInstance_LeavesNoNote()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        await _there.ClientAborted.CancelAsync();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());

        await _there.PushAsync("hello");

        Assert.DoesNotContain("send", BellRequests);
    }

    [Fact]
    public async Task Push_WhenTheInstanceElsewhereHasEnded_IsStored()
    {
        await OpenBellThereAsync();
        _ = await PollThereAsync();
        BellThere.IsThere = false;

        Assert.Equal(PushOutcome.Stored, await PushHereAsync());
    }

    [Theory]
    [InlineData("properties")]
    [InlineData("send")]
    public async Task Push_WhenItCannotRing_IsStored(string request)
    {
        await OpenBellThereAsync();
        _ = await PollThereAsync();
        var failing = request == "send" ? BellThere : Queue;
        failing.Arrived = (arrived, _) => arrived == request
            ? throw new RequestFailedException(503, "", "ServerBusy", innerException: null)
            : Task.CompletedTask;

        Assert.Equal(PushOutcome.Stored, await PushHereAsync());
    }

    [Fact]
    public async Task Push_IsAnsweredBeforeItsRingEnds_AndAStoppingHostWaitsForTheRing()
    {
        var read = Queue.Hold("properties");

        Assert.Equal(PushOutcome.Stored, await PushHereAsync());
        var stop = _here.Work.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        read.SetResult();

        await stop.Bounded();
    }

    [Fact]
    public async Task StoppingHost_WaitsOnlyBrieflyForARing()
    {
        Queue.Hold("properties");
        Assert.Equal(PushOutcome.Stored, await PushHereAsync());
        var stop = _here.Work.StopAsync(CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(2));

        await stop.Bounded();
    }

    [Fact]
    public async Task Push_JustAfterAHandOverHere_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        _ = _here.PollAsync(seconds: 30);
        await _here.PushAsync("first");
        var poll = await PollThereAsync();

        await _here.PushAsync("second");

        // For so long, the client may come back here.
        Assert.Empty(BellThere.Texts);
        _time.Advance(TimeSpan.FromSeconds(0.05));
        Assert.Equal(["alice"], BellThere.Texts);
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal("second", Assert.Single(_there.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task GiveBack_OnThisInstance_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        await _here.PutAsync("hello");
        _here.Answer.Write = _ => Task.FromResult(WriteOutcome.NotBegun);

        Assert.Equal(PollOutcome.ClientGone, await _here.PollAsync(seconds: 0).Bounded());

        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Equal(1, Assert.Single(_there.Answer.Messages).Deliveries);
    }

    [Fact]
    public async Task Presence_DuringTheShortestPause_IsNotWritten()
    {
        await OpenBellThereAsync();

        Assert.Equal(PollOutcome.TimedOut, await _there.PollAsync(seconds: 0).Bounded());
        await _here.PutAsync("hello");
        Queue.Requests.Clear();
        Assert.Equal(PollOutcome.Delivered, await _there.PollAsync(seconds: 30).Bounded());
        Assert.Equal(["peek", "receive", "delete"], Queue.Requests);
        Queue.Requests.Clear();
        _ = _there.PollAsync(seconds: 30);
        Assert.Equal(["peek"], Queue.Requests);

        _time.Advance(TimeSpan.FromSeconds(0.25));

        Assert.Equal(["peek", "metadata", "properties"], Queue.Requests);
    }

    [Fact]
    public async Task Presence_OfAPollWithoutTimeout_IsNeverWritten()
    {
        await OpenBellThereAsync();
        _there.Steps.Remember(_there.Alice, 20);

        Assert.Equal(PollOutcome.TimedOut, await _there.PollAsync(seconds: 0).Bounded());

        Assert.Equal(["peek"], Queue.Requests);
    }

    [Fact]
    public async Task Presence_IsWrittenOnceForAPoll_AndAgainForOneThatWaitsLonger()
    {
        await OpenBellThereAsync();
        _ = await PollThereAsync(seconds: 60);
        Queue.Requests.Clear();

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["properties"], Queue.Requests);
        Assert.Equal(_time.GetUtcNow().AddSeconds(32), Presence.TryParse(Queue.Metadata!["bell"])!.Value.Until);
        _ = await PollThereAsync(seconds: 60);

        Assert.Equal(["properties", "metadata", "properties"], Queue.Requests);
        Assert.Equal(_time.GetUtcNow().AddSeconds(62), Presence.TryParse(Queue.Metadata!["bell"])!.Value.Until);
        Assert.Equal("alice", Queue.Metadata["recipient"]);
    }

    [Fact]
    public async Task Presence_WhenItCannotBeWritten_EndsThePoll()
    {
        await OpenBellThereAsync();
        Queue.Arrived = (request, _) => request == "metadata"
            ? throw new RequestFailedException(503, "", "ServerBusy", innerException: null)
            : Task.CompletedTask;

        Assert.Equal(PollOutcome.StorageFailed, await (await PollThereAsync()).Bounded());
    }

    [Fact]
    public async Task Poll_WhenItsInstanceHasNoBell_LooksAtLeastEveryFiveSeconds()
    {
        _there.Steps.Remember(_there.Alice, 20);
        _ = _there.PollAsync(seconds: 220);
        await _there.AdvanceAsync(0, looks: 1);
        await _there.AdvanceAsync(4.9, looks: 1);
        await _there.AdvanceAsync(0.1, looks: 2);
        await _there.AdvanceAsync(5, looks: 3);
        Assert.Equal(["peek", "peek", "peek"], Queue.Requests);
    }

    [Fact]
    public async Task Presence_OfAPollThatEntersAfterAHandOver_IsExtendedBeforeItEnds()
    {
        await OpenBellThereAsync();
        _there.Steps.Remember(_there.Alice, 20);
        var older = PollThere(seconds: 30, new RecordedAnswer());
        var newer = PollThere(seconds: 30, new RecordedAnswer());
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        await _there.PushAsync("first");
        Assert.Equal(PollOutcome.Delivered, await newer.Bounded());
        var answer = new RecordedAnswer();
        var next = PollThere(seconds: 220, answer);

        // The presence that was published for the older poll has now ended.
        await AdvanceAsync(TimeSpan.FromSeconds(13));
        Assert.Equal(PollOutcome.TimedOut, await older.Bounded());
        await _here.PushAsync("second");

        await AdvanceUntilAsync(() => next.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.Equal("second", Assert.Single(answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Presence_OfPollsThatKeepGettingMessages_StaysPublished()
    {
        await OpenBellThereAsync();
        _there.Steps.Remember(_there.Alice, 20);
        _ = PollThere(seconds: 220, new RecordedAnswer());
        for (var message = 0; message < 4; message++)
        {
            _ = PollThere(seconds: 30, new RecordedAnswer());
            await AdvanceAsync(TimeSpan.FromSeconds(20));
            await _there.PushAsync($"{message}");
        }

        var last = PollThere(seconds: 220, new RecordedAnswer());
        await AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.False(last.IsCompleted);
        Assert.True(Presence.TryParse(Queue.Metadata!["bell"])!.Value.Until > _time.GetUtcNow());
    }

    [Fact]
    public async Task Poll_WhileOnlyTheBellFails_KeepsLookingEveryFiveSeconds()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        BellThere.Arrived = (request, _) => request == "receive" ? throw FakeQueueClient.Failed(503, "ServerBusy") : Task.CompletedTask;

        // The polls know of the failure, and have looked once since.
        await AdvanceAsync(TimeSpan.FromSeconds(10));
        await _here.PushAsync("hello");

        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(6));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Poll_WhenTheBellCanBeReadAgain_IsRungAgain()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        BellThere.Arrived = (request, _) => request == "receive" ? throw FakeQueueClient.Failed(503, "ServerBusy") : Task.CompletedTask;
        await AdvanceAsync(TimeSpan.FromSeconds(5));

        // A read succeeds within five seconds. The next look, which publishes the presence again, follows within five more.
        BellThere.Arrived = (_, _) => Task.CompletedTask;
        await AdvanceAsync(TimeSpan.FromSeconds(10));
        var looks = Queue.Peeks;
        await AdvanceAsync(TimeSpan.FromSeconds(15));

        Assert.InRange(Queue.Peeks - looks, 0, 1);
        await _here.PushAsync("hello");
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Push_WhileTheOnlyPollHereIsClaimed_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        Queue.IsThere = true;
        var here = _here.PollAsync(seconds: 30);
        var there = await PollThereAsync();
        var send = Queue.Hold("send");
        var first = _here.PushAsync("first");
        await _here.PushAsync("second").Bounded();

        send.SetResult();
        await first.Bounded();
        Assert.Equal(PollOutcome.Delivered, await here.Bounded());

        await AdvanceUntilAsync(() => there.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.Equal("first", Assert.Single(_here.Answer.Messages).Message.Text());
        Assert.Equal("second", Assert.Single(_there.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Push_WhenTheClientOfTheWokenPollLeaves_WakesAPollElsewhere()
    {
        await OpenBellThereAsync();
        Queue.IsThere = true;
        _here.Steps.Remember(_here.Alice, 20);
        var look = Queue.Hold("peek");
        var here = _here.PollAsync(seconds: 30);
        var there = await PollThereAsync();
        await _here.PushAsync("hello");

        await _here.ClientAborted.CancelAsync();
        look.SetResult();
        Assert.Equal(PollOutcome.ClientGone, await here.Bounded());

        await AdvanceUntilAsync(() => there.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.Equal("hello", Assert.Single(_there.Answer.Messages).Message.Text());
    }

    [Fact]
    public async Task Pushes_OfWhichThePollHereTakesOne_WakeThePollThatWaitsElsewhereForTheOther()
    {
        await OpenBellThereAsync();
        Queue.IsThere = true;
        var there = await PollThereAsync();
        await AdvanceUntilAsync(() => Queue.Metadata is not null, TimeSpan.FromSeconds(1));
        var look = Queue.Hold("peek");
        var here = _here.PollAsync(seconds: 30);
        await _here.PushAsync("first");
        await _here.PushAsync("second");

        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await here.Bounded());
        await AdvanceUntilAsync(() => there.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.Equal(
            ["first", "second"],
            new[] { _here.Answer, _there.Answer }.Select(answer => Assert.Single(answer.Messages).Message.Text()).Order());
    }

    [Fact]
    public async Task APoll_WhoseQueueIsDeleted_LooksAsIfItsPresenceHadNeverBeenPublished()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        Assert.True(Queue.IsThere);
        await Queue.DeleteAsync(TestContext.Current.CancellationToken);

        await AdvanceUntilAsync(() => Queue.Requests.Count(request => request == "properties") == 2, TimeSpan.FromSeconds(31));
        await _here.PushAsync("hello");

        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(6));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Pushes_WhileTheirRecipientIsBeingRungFor_RingOnceMore()
    {
        var read = Queue.Hold("properties");
        foreach (var _ in Enumerable.Range(0, 5))
        {
            Assert.Equal(PushOutcome.Stored, await PushHereAsync());
        }

        Assert.Single(Queue.Requests, "properties");
        read.SetResult();

        await _here.Work.StopAsync(CancellationToken.None).Bounded();
        Assert.Equal(2, Queue.Requests.Count(request => request == "properties"));
    }

    [Fact]
    public async Task Poll_WhenItGivesBack_WaitsForNoRing_HoweverManyAreUnderWay()
    {
        var recipients = Enumerable.Range(0, 1_100).Select(number => Named.Recipient($"r{number}")).ToList();
        await PushAsync();
        recipients.ForEach(recipient => _storage.Of(recipient).Hold("properties"));
        await PushAsync();
        await _here.PutAsync("hello");
        Queue.Hold("properties");
        _here.Answer.Write = _ => Task.FromResult(WriteOutcome.NotBegun);

        Assert.Equal(PollOutcome.ClientGone, await _here.PollAsync(seconds: 0).Bounded());

        async Task PushAsync()
        {
            foreach (var some in recipients.Chunk(100))
            {
                await _here.Push.SendAsync(some, Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();
            }
        }
    }

    [Fact]
    public async Task StoppingHost_WaitsForAGiveBackAndItsRing()
    {
        await _here.PutAsync("hello");
        _here.Answer.Write = _ => Task.FromResult(WriteOutcome.NotBegun);
        var giveBack = Queue.Hold("update");
        var poll = _here.PollAsync(seconds: 30);
        _here.Stop();
        var stop = _here.Work.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);

        var read = Queue.Hold("properties");
        giveBack.SetResult();
        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Assert.False(stop.IsCompleted);
        read.SetResult();

        await stop.Bounded();
    }

    [Fact]
    public async Task StoppedHost_WaitsOnceMoreForLateWork()
    {
        await _here.Work.StopAsync(CancellationToken.None).Bounded();
        var read = Queue.Hold("properties");
        Assert.Equal(PushOutcome.Stored, await PushHereAsync());

        var stopped = _here.Work.StoppedAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        read.SetResult();

        await stopped.Bounded();
    }

    [Fact]
    public async Task Bell_WhileNoPollWaits_MakesNoRequest()
    {
        await _there.Bell.StartAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_storage.There("fc-bell-"));

        await OpenBellThereAsync();
        _there.Stop();
        await AdvanceUntilAsync(() => _there.Held.Count == 0, TimeSpan.FromSeconds(10));
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        var asked = BellThere.Requests.Count;
        await AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(asked, BellThere.Requests.Count);
    }

    [Fact]
    public async Task Bell_WhenAReadIsFull_ReadsTheRestAtOnce()
    {
        await OpenBellThereAsync();
        await LeaveNotesThereAsync(64);
        BellThere.Requests.Clear();
        _time.Advance(TimeSpan.FromMilliseconds(200));

        await Await.UntilAsync(() => BellThere.Requests.Count >= 3, "three reads");
        Assert.Equal(["receive", "receive", "receive"], BellRequests);
    }

    [Fact]
    public async Task Bell_WhenTheReadAfterAFullOneFails_LengthensItsPauses()
    {
        await OpenBellThereAsync();
        await LeaveNotesThereAsync(32);
        BellThere.Answered = _ => BellThere.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        BellThere.Requests.Clear();

        await AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(BellThere.Requests.Count, 3, 8);
    }

    // The pause in milliseconds.
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 100)]
    [InlineData(4, 50)]
    [InlineData(31, 50)]
    public async Task Bell_WhenItReadsMoreNotes_ReadsAgainSooner(int notes, int pause)
    {
        await OpenBellThereAsync();
        await LeaveNotesThereAsync(notes);
        _time.Advance(TimeSpan.FromMilliseconds(200));

        await Await.UntilAsync(() => _time.ShortPauses.Count == 2, "a pause after the first and one after the second read");
        Assert.Equal([200, pause], _time.ShortPauses.Select(due => due.TotalMilliseconds));
    }

    [Fact]
    public async Task Bell_WhileStorageFails_LengthensItsPauses_AndThenRecovers()
    {
        await OpenBellThereAsync();
        var poll = await PollThereAsync();
        BellThere.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        BellThere.Requests.Clear();

        // After 0.2, 0.4, 0.8, 1.6, 3.2 and then every 5 seconds.
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(BellThere.Requests.Count, 3, 9);

        BellThere.Failure = null;
        await _here.PushAsync("hello");
        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(7));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Bell_WhenItsQueueWasRemoved_CreatesANewOne_WhichTheNextLookPublishes()
    {
        await OpenBellThereAsync();
        var (old, poll) = (_there.Bell.Name, await PollThereAsync());
        await BellThere.DeleteAsync(TestContext.Current.CancellationToken);

        await AdvanceUntilAsync(() => _there.Bell.IsReachable && _there.Bell.Name != old, TimeSpan.FromSeconds(10));
        await AdvanceUntilAsync(
            () => Presence.TryParse(Queue.Metadata!["bell"])!.Value.Instance == _there.Bell.Name,
            TimeSpan.FromSeconds(31));
        await _here.PushAsync("hello");

        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Bell_RemovesTheQueuesOfInstancesThatEnded_AndNoOthers()
    {
        await OpenBellThereAsync();
        var dead = _there.Bell.Name;
        _there.Bell.Dispose();
        _time.Advance(TimeSpan.FromMinutes(59));
        using var third = new PollHarness(_time, _storage, hasBell: true);
        await OpenAsync(third);
        Assert.Equal(2, _storage.Bells.Count);
        await third.ClientAborted.CancelAsync();

        _time.Advance(TimeSpan.FromMinutes(2));
        await OpenAsync(_here);

        await Await.UntilAsync(() => _storage.Bells.Count == 2, "the removal of the ended instance's queue");
        Assert.DoesNotContain($"fc-bell-{dead}", _storage.Bells.Select(bell => bell.Name));
    }

    [Fact]
    public async Task Bell_WhenItCannotListTheOthers_StillRings()
    {
        _storage.ListFailure = new RequestFailedException(403, "", "AuthorizationFailure", innerException: null);
        await OpenBellThereAsync();
        var poll = await PollThereAsync();

        await _here.PushAsync("hello");

        await AdvanceUntilAsync(() => poll.IsCompleted, TimeSpan.FromSeconds(10));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Bell_InUse_RecordsEveryTenMinutesThatItIsAlive()
    {
        await OpenBellThereAsync(seconds: 3_600);
        BellThere.Requests.Clear();
        _time.Advance(TimeSpan.FromMinutes(9.9));
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain("metadata", BellRequests);

        await AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Single(BellRequests, "metadata");
    }

    [Fact]
    public async Task Bell_WhenItsHostStops_IsDeleted()
    {
        await OpenBellThereAsync();

        await _there.Bell.StopAsync(CancellationToken.None).Bounded();

        Assert.Empty(_storage.Bells);
        Assert.Null(_there.Bell.Name);
    }

    [Fact]
    public async Task WithoutTheDoorbell_NoRequestIsMadeForIt()
    {
        using var plain = new PollHarness(_time, _storage);
        await plain.Bell.StartAsync(CancellationToken.None);
        _ = plain.PollAsync(seconds: 30);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        using var other = new PollHarness(_time, _storage);

        await other.PushAsync("hello");

        Assert.Empty(_storage.Bells);
        Assert.DoesNotContain("properties", Queue.Requests);
        Assert.DoesNotContain("metadata", Queue.Requests);
    }

    // The bell opens for a poll of another recipient.
    private Task OpenBellThereAsync(int seconds = 600) => OpenAsync(_there, seconds);

    private async Task OpenAsync(PollHarness instance, int seconds = 600)
    {
        var request = new PollRequest(Named.Recipient("bob"), TimeSpan.FromSeconds(seconds));
        _ = instance.Poll.RunAsync(request, new RecordedAnswer(), instance.ClientAborted.Token);
        await instance.Bell.StartAsync(CancellationToken.None);
        await Await.UntilAsync(
            () => instance.Bell.IsReachable && _storage.Bells.Any(
                bell => bell.Name.EndsWith(instance.Bell.Name!, StringComparison.Ordinal) && bell.Requests.Contains("receive")),
            "the bell to be open");
    }

    // The mailbox is known to be quiet, so the poll's first look already publishes its presence.
    private async Task<Task<PollOutcome>> PollThereAsync(int seconds = 220)
    {
        _there.Steps.Remember(_there.Alice, 20);
        var poll = _there.PollAsync(seconds);
        await Task.Yield();
        return poll;
    }

    private Task<PollOutcome> PollThere(int seconds, RecordedAnswer answer) =>
        _there.Poll.RunAsync(new PollRequest(_there.Alice, TimeSpan.FromSeconds(seconds)), answer, CancellationToken.None);

    private async Task LeaveNotesThereAsync(int count)
    {
        // If the clock moved before the bell's first pause began, it would move past the pause.
        await Await.UntilAsync(() => !_time.ShortPauses.IsEmpty, "the first pause");
        foreach (var number in Enumerable.Range(0, count))
        {
            await BellThere.SendMessageAsync(
                $"nobody-{number}", TimeSpan.Zero, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
    }

    private async Task<PushOutcome> PushHereAsync() =>
        (await _here.Push.SendAsync([_here.Alice], Named.Message("hello"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded())[0].Outcome;

    // The bell reads on its own thread, so the clock moves in small steps.
    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan most)
    {
        for (var moved = TimeSpan.Zero; moved < most && !condition(); moved += TimeSpan.FromMilliseconds(50))
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }

        await Await.UntilAsync(condition, $"the expected event within {most}");
    }

    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var moved = TimeSpan.Zero; moved < time; moved += TimeSpan.FromMilliseconds(50))
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Records the bell's pauses. The pauses of polls and the deadlines of requests are longer than the bell's.</summary>
    private sealed class PausesTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public ConcurrentQueue<TimeSpan> ShortPauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime <= new DoorbellOptions().Interval)
            {
                ShortPauses.Enqueue(dueTime);
            }

            return timer;
        }
    }
}
