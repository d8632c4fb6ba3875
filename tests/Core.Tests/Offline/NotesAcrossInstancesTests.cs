using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Polling;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Offline;

/// <summary>Whether a push leaves a note, by what the mailbox says of polls at other instances.</summary>
public sealed class NotesAcrossInstancesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _here;
    private readonly string _other = Presence.NewInstance();

    public NotesAcrossInstancesTests()
    {
        _storage = new FakeQueueService(_time);
        _here = new PollHarness(_time, _storage, hasBell: true, settings: [("FuncComet:Offline:Queue", "wake-up")]);
    }

    public void Dispose() => _here.Dispose();

    private FakeQueueClient Notes => (FakeQueueClient)_storage.GetQueueClient("wake-up");

    private FakeQueueClient OtherBell => (FakeQueueClient)_storage.GetQueueClient($"fc-bell-{_other}");

    [Fact]
    public async Task Push_WhenAPollWaitsElsewhere_RingsAndLeavesNoNote()
    {
        OtherBell.IsThere = true;
        await PublishAsync(_other, seconds: 60);

        await PushAsync();

        Assert.Single(OtherBell.Texts);
        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Push_WhenThePollElsewhereHasEnded_LeavesANote()
    {
        OtherBell.IsThere = true;
        await PublishAsync(_other, seconds: 60);
        _time.Advance(TimeSpan.FromSeconds(60));

        await PushAsync();

        Assert.Single(Notes.Texts);
    }

    [Fact]
    public async Task Push_WhenTheInstanceElsewhereHasEnded_LeavesANote()
    {
        await PublishAsync(_other, seconds: 60);

        await PushAsync();

        Assert.Single(Notes.Texts);
    }

    [Fact]
    public async Task Push_WhenOneOfTheInstancesElsewhereHasEnded_RingsTheOtherAndLeavesNoNote()
    {
        OtherBell.IsThere = true;
        var now = _time.GetUtcNow();
        var ended = new Presence(Presence.NewInstance(), now.AddSeconds(60));
        await WriteAsync(PresenceList.Of(ended, [new Presence(_other, now.AddSeconds(60))], now));

        await PushAsync();

        Assert.Single(OtherBell.Texts);
        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Push_WhenOnlyThisInstanceIsNamed_LeavesANote()
    {
        _here.Queue.IsThere = true;
        _here.Steps.Remember(_here.Alice, 20);
        await _here.Bell.StartAsync(CancellationToken.None);
        var poll = _here.PollAsync(seconds: 60);
        await Await.UntilAsync(() => _here.Bell.IsReachable, "the bell");
        await PublishAsync(_here.Bell.Name!, seconds: 60);
        await _here.ClientAborted.CancelAsync();
        await poll.Bounded();

        await PushAsync();

        Assert.Single(Notes.Texts);
    }

    [Fact]
    public async Task Push_WhenTheMailboxCannotBeRead_LeavesANote()
    {
        await PublishAsync(_other, seconds: 60);
        _here.Queue.Answered = request =>
            _here.Queue.Failure = request == "send" ? FakeQueueClient.Failed(503, QueueErrorCode.ServerBusy) : null;

        await PushAsync();

        Assert.Single(Notes.Texts);
    }

    [Fact]
    public async Task Pushes_WhileTheirRecipientIsBeingRungFor_LeaveANoteIfNobodyWaitsAnyMore()
    {
        OtherBell.IsThere = true;
        await PublishAsync(_other, seconds: 60);
        var read = _here.Queue.Hold("properties");
        await _here.PushAsync("one").Bounded();
        await _here.PushAsync("two").Bounded();

        // Between the two rings, the other instance ends.
        OtherBell.Answered = request => OtherBell.IsThere &= request != "send";
        read.SetResult();

        await _here.Work.StopAsync(CancellationToken.None).Bounded();
        Assert.Single(Notes.Texts);
        Assert.Equal(2, OtherBell.Requests.Count(request => request == "send"));
    }

    private Task<bool> PublishAsync(string instance, int seconds) =>
        WriteAsync(PresenceList.Of(new Presence(instance, _time.GetUtcNow().AddSeconds(seconds)), others: [], _time.GetUtcNow()));

    private Task<bool> WriteAsync(PresenceList presences) => new PresenceStore(_time).WriteAsync(
        _storage.Mailboxes().Open(_here.Alice), presences, createsQueue: true, Mailbox.Deadline, CancellationToken.None);

    private async Task PushAsync()
    {
        var copies = await _here.Push.SendAsync([_here.Alice], Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();
        Assert.Equal(PushOutcome.Stored, copies[0].Outcome);
        await _here.Work.StopAsync(CancellationToken.None).Bounded();
    }
}
