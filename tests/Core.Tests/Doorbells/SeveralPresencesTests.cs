using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>Several instances hold polls of one recipient, and all of them stay in the mailbox's metadata.</summary>
public sealed class SeveralPresencesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly PollHarness _one;
    private readonly PollHarness _two;

    public SeveralPresencesTests()
    {
        _storage = new FakeQueueService(_time);
        (_one, _two) = (new PollHarness(_time, _storage, hasBell: true), new PollHarness(_time, _storage, hasBell: true));
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private FakeQueueClient Queue => _one.Queue;

    private string[] Instances => [.. MailboxMetadata.PresencesIn(Queue.Metadata).All.Select(presence => presence.Instance)];

    [Fact]
    public async Task Look_WhenAnotherInstanceHasReplacedThePresence_PublishesAgain_BesideTheOther()
    {
        await OpenBellsAsync();
        _ = await _one.PollQuietlyAsync();
        _ = await _two.PollQuietlyAsync();
        Assert.Equal([_two.Bell.Name], Instances);
        Queue.Requests.Clear();

        // The longest pause.
        _time.Advance(TimeSpan.FromSeconds(30));
        await Await.UntilAsync(() => Queue.Requests.Count >= 4, "both looks");

        Assert.Equal([_one.Bell.Name, _two.Bell.Name], Instances);
        Assert.Equal(["metadata", "properties", "properties", "properties"], Queue.Requests.Order());
    }

    [Fact]
    public async Task Looks_WhenTheInstancesKnowEachOther_OnlyCount()
    {
        await OpenBellsAsync();
        await PollAtBothUntilTheyKnowEachOtherAsync();
        Queue.Requests.Clear();

        await _one.AdvanceAsync(90);

        Assert.Equal(["properties", "properties", "properties", "properties", "properties", "properties"], Queue.Requests);
    }

    [Fact]
    public async Task Publish_KeepsTheOtherInstance()
    {
        await OpenBellsAsync();
        await PollAtBothUntilTheyKnowEachOtherAsync();

        _ = await _one.PollQuietlyAsync(seconds: 280);
        Assert.Equal([_one.Bell.Name, _two.Bell.Name], Instances);
        _ = await _two.PollQuietlyAsync(seconds: 280);

        Assert.Equal([_two.Bell.Name, _one.Bell.Name], Instances);
    }

    // As after a hand-over or a timeout: what is known is remembered from poll to poll.
    [Fact]
    public async Task Publish_OfTheNextPoll_KeepsTheOtherInstance()
    {
        await OpenBellsAsync();
        using var leaves = new CancellationTokenSource();
        await PollAtBothUntilTheyKnowEachOtherAsync(leaves.Token);
        await leaves.CancelAsync();

        _ = await _one.PollQuietlyAsync();

        Assert.Equal([_one.Bell.Name, _two.Bell.Name], Instances);
    }

    [Fact]
    public async Task Look_WhenAnEarlierVersionHasWritten_PublishesAgain_BesideIt()
    {
        await OpenBellsAsync();
        _ = await _one.PollQuietlyAsync();
        var earlier = new Presence(Presence.NewInstance(), _time.GetUtcNow().AddSeconds(200));
        await Queue.SetMetadataAsync(
            new Dictionary<string, string> { ["recipient"] = "alice", ["bell"] = $"{earlier}" }, TestContext.Current.CancellationToken);

        await _one.AdvanceUntilAsync(() => Instances.Length == 2, seconds: 31);

        Assert.Equal([_one.Bell.Name, earlier.Instance], Instances);
    }

    // The other instance has kept what it found before a poll came here that waits longer.
    [Fact]
    public async Task Look_WhenAnotherInstanceHasWrittenAnEarlierEnd_PublishesAgain()
    {
        await OpenBellsAsync();
        _ = await _one.PollQuietlyAsync(seconds: 220);
        var until = _time.GetUtcNow().AddSeconds(222);
        var earlier = new Presence(_one.Bell.Name!, _time.GetUtcNow().AddSeconds(60));
        await Queue.SetMetadataAsync(new Dictionary<string, string> { ["bell"] = $"{earlier}" }, TestContext.Current.CancellationToken);

        await _one.AdvanceAsync(31);

        Assert.Equal(until, Assert.Single(MailboxMetadata.PresencesIn(Queue.Metadata).All).Until);
    }

    // The count was made before the presence was published again, so a message may have come in between.
    [Fact]
    public async Task Look_ThatPublishesAgain_FindsWhatWasStoredBefore()
    {
        await OpenBellsAsync();
        var poll = await _one.PollQuietlyAsync();
        await Queue.SetMetadataAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        Queue.Arrived = (request, _) => request == "metadata" ? _one.PutAsync("hello") : Task.CompletedTask;

        await _one.AdvanceUntilAsync(() => poll.IsCompleted, seconds: 31);

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    [Fact]
    public async Task Push_RingsTheInstanceThatPublishedLast_AndNoOther()
    {
        await OpenBellsAsync();
        await PollAtBothUntilTheyKnowEachOtherAsync();
        using var sender = new PollHarness(_time, _storage, hasBell: true);

        await sender.PushAsync("hello");

        Assert.Equal(["alice"], Bell(Instances[0]).Texts);
        Assert.Empty(Bell(Instances[1]).Texts);
    }

    [Fact]
    public async Task Push_WhenTheInstanceThatPublishedLastHasEnded_RingsTheNext()
    {
        await OpenBellsAsync();
        await PollAtBothUntilTheyKnowEachOtherAsync();
        await Bell(Instances[0]).DeleteAsync(TestContext.Current.CancellationToken);
        using var sender = new PollHarness(_time, _storage, hasBell: true);

        await sender.PushAsync("hello");

        Assert.Equal(["alice"], Bell(Instances[1]).Texts);
    }

    private FakeQueueClient Bell(string name) => _one.BellQueue(name);

    private async Task OpenBellsAsync()
    {
        await _one.OpenBellAsync();
        await _two.OpenBellAsync();
    }

    private async Task PollAtBothUntilTheyKnowEachOtherAsync(ClientAborted firstLeaves = default)
    {
        _ = await _one.PollQuietlyAsync(clientAborted: firstLeaves);
        _ = await _two.PollQuietlyAsync();
        await _one.AdvanceUntilAsync(
            () => _one.Rooms.KnownElsewhere(_one.Alice).Count == 1 && _two.Rooms.KnownElsewhere(_one.Alice).Count == 1, seconds: 61);
        Assert.Equal(2, Instances.Length);
    }
}
