using System.Text;
using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Polling;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Telemetry;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Offline;

/// <summary>When the application gets a note of a push, on one instance, and what the note is.</summary>
public sealed class OfflineNotesTests : IDisposable
{
    private static readonly TimeSpan Ttl = TimeSpan.FromDays(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
    private readonly FakeQueueService _storage;
    private readonly List<PollHarness> _instances = [];

    public OfflineNotesTests() => _storage = new FakeQueueService(_time);

    public void Dispose() => _instances.ForEach(instance => instance.Dispose());

    private FakeQueueClient Notes => (FakeQueueClient)_storage.GetQueueClient("wake-up");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Push_WhenNobodyPolls_WritesANote(bool hasBell)
    {
        var instance = Create(hasBell);
        var id = new Guid("019b7ca9-8f2e-7000-8000-00000000002a");
        var message = Message.WithId(id, "text/plain", "order-17", "hello"u8.ToArray());

        await PushAsync(instance, message);

        Assert.Equal(["send", "create", "send"], Notes.Requests);
        var note = await NoteAfterAsync(seconds: 30);
        Assert.Equal(
            """{"rcpt":"alice","id":"019b7ca98f2e7000800000000000002a","time":"2026-01-02T03:04:05.678Z","""
            + "\"contentType\":\"text/plain\",\"key\":\"order-17\"}",
            TextOf(note));
        Assert.Equal(TimeSpan.FromDays(7), note.ExpiresOn - _time.GetUtcNow());
    }

    [Fact]
    public async Task Push_OfAMessageWithoutAKey_LeavesItOut()
    {
        var id = new Guid("019b7ca9-8f2e-7000-8000-00000000002a");

        await PushAsync(Create(), Message.WithId(id, "text/plain", key: null, "hello"u8.ToArray()));

        Assert.Equal(
            """{"rcpt":"alice","id":"019b7ca98f2e7000800000000000002a","time":"2026-01-02T03:04:05.678Z","contentType":"text/plain"}""",
            TextOf(await NoteAfterAsync(seconds: 30)));
    }

    [Fact]
    public async Task Note_OfTheLongestNames_FitsAQueueMessage()
    {
        var instance = Create();
        var longest = Named.Recipient(new string('<', 256));
        var message = Message.Create(_time, new string('"', 200), new string('&', 128), "x"u8.ToArray());

        await instance.Push.SendAsync([longest], message, Ttl, TimeSpan.Zero).Bounded();
        await instance.Work.StopAsync(CancellationToken.None).Bounded();

        Assert.InRange(Assert.Single(Notes.Texts).Length, 1_000, 8_000);
    }

    // The instance has forgotten the first note by then, as it forgets all that it remembers of a recipient.
    [Theory]
    [InlineData(599, 1)]
    [InlineData(600, 2)]
    public async Task Push_TenMinutesAfterTheLastNote_WritesAnother(int seconds, int notes)
    {
        var instance = Create(settings: ("FuncComet:Offline:After", "01:00:00"));
        await PushAsync(instance, Named.Message("1"));
        _time.Advance(TimeSpan.FromSeconds(seconds));

        await PushAsync(instance, Named.Message("2"));

        Assert.Equal(notes, Notes.Texts.Count());
    }

    [Fact]
    public async Task Push_WithEncodingNone_WritesTheJsonItself()
    {
        var instance = Create(settings: ("FuncComet:Offline:Encoding", "None"));

        await PushAsync(instance, Named.Message("hello"));

        Assert.StartsWith("""{"rcpt":"alice",""", (await NoteAfterAsync(seconds: 30)).MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, new[] { "send", "create", "send", "properties" })]
    [InlineData(false, new[] { "send", "create", "send" })]
    public async Task Push_WithoutAQueueForNotes_MakesNoRequestForThem(bool hasBell, string[] requests)
    {
        var instance = new PollHarness(_time, _storage, hasBell);
        _instances.Add(instance);

        await PushAsync(instance, Named.Message("hello"));
        await PushAsync(instance, Named.Message("later"), delay: 60);

        Assert.Equal([.. requests, "send"], instance.Queue.Requests);
        Assert.Equal([instance.Queue], _storage.There(""));
    }

    [Fact]
    public async Task Push_HandedOverToAPlainPoll_WritesNoNote()
    {
        var instance = Create();
        instance.Queue.IsThere = true;
        var poll = instance.PollAsync(seconds: 30);

        await PushAsync(instance, Named.Message("hello"));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Push_HandedOverUnderALease_WritesANoteForTheTimeWhenTheLeaseHasEnded()
    {
        var instance = Create();
        instance.Queue.IsThere = true;
        var poll = LeaseAsync(instance, seconds: 60);

        await PushAsync(instance, Named.Message("hello"));

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.StartsWith("""{"rcpt":"alice",""", TextOf(await NoteAfterAsync(seconds: 90)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_ToAPollThatLooks_WritesNoNote()
    {
        var instance = Create();
        instance.Queue.IsThere = true;
        var look = instance.Queue.Hold("peek");
        var poll = instance.PollAsync(seconds: 30);

        await PushAsync(instance, Named.Message("hello"));
        look.SetResult();

        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Push_ThatCannotBeStored_WritesNoNote()
    {
        var instance = Create();
        instance.Queue.Failure = FakeQueueClient.Failed(503, QueueErrorCode.ServerBusy);

        Assert.Equal(PushOutcome.StorageFailed, await PushAsync(instance, Named.Message("hello")));

        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Delivery_ToAClientThatHasLeft_WritesANoteWhenTheMessageIsBack()
    {
        var instance = Create();
        instance.Queue.IsThere = true;
        instance.Answer.Write = _ => Task.FromResult(WriteOutcome.Broken);
        var look = instance.Queue.Hold("peek");
        var poll = instance.PollAsync(seconds: 30);
        await PushAsync(instance, Named.Message("hello"));

        look.SetResult();

        Assert.Equal(PollOutcome.ClientGone, await poll.Bounded());
        Assert.StartsWith("""{"rcpt":"alice",""", TextOf(await NoteAfterAsync(seconds: 30)), StringComparison.Ordinal);
    }

    // The ring is kept for it a short time, and the note with it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Push_JustAfterADelivery_WritesANoteIfTheClientDoesNotComeBack(bool hasBell)
    {
        var instance = Create(hasBell);
        await DeliverAsync(instance);

        await PushAsync(instance, Named.Message("second"));
        _time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.Empty(Notes.Requests);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Await.UntilAsync(() => Notes.Texts.Any(), "the note");
    }

    [Fact]
    public async Task Push_JustAfterADelivery_WritesNoNoteIfTheClientIsBack()
    {
        var instance = Create();
        await DeliverAsync(instance);

        await PushAsync(instance, Named.Message("second"));
        Assert.Equal(PollOutcome.Delivered, await instance.PollAsync(seconds: 30).Bounded());
        _time.Advance(TimeSpan.FromSeconds(1));
        await instance.Work.StopAsync(CancellationToken.None).Bounded();

        Assert.Empty(Notes.Requests);
    }

    [Fact]
    public async Task Push_JustAfterADelivery_WhenTheHostStops_WritesTheNoteAtOnce()
    {
        var instance = Create();
        await DeliverAsync(instance);
        await PushAsync(instance, Named.Message("second"));

        instance.Stop();
        await instance.Work.StopAsync(CancellationToken.None).Bounded();

        Assert.Single(Notes.Texts);
    }

    [Theory]
    [InlineData(60, 90)]
    [InlineData(604_800, 604_800)]
    public async Task Push_WithADelay_WritesANoteForTheTimeAfterIt_ButAtMostSevenDaysAhead(int delay, int seconds)
    {
        var instance = Create();

        await PushAsync(instance, Named.Message("hello"), delay);

        Assert.StartsWith("""{"rcpt":"alice",""", TextOf(await NoteAfterAsync(seconds)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pushes_WithinTheTime_ShareANote()
    {
        var instance = Create();
        await PushAsync(instance, Named.Message("one"));
        _time.Advance(TimeSpan.FromSeconds(30));
        await PushAsync(instance, Named.Message("two"));
        Assert.Single(Notes.Texts);

        _time.Advance(TimeSpan.FromSeconds(1));
        await PushAsync(instance, Named.Message("three"));

        Assert.Equal(2, Notes.Texts.Count());
    }

    [Fact]
    public async Task Pushes_ToTwoRecipients_HaveANoteEach()
    {
        var instance = Create();

        await instance.Push.SendAsync([instance.Alice, Named.Recipient("bob")], Named.Message("x"), Ttl, TimeSpan.Zero).Bounded();
        await instance.Work.StopAsync(CancellationToken.None).Bounded();

        Assert.Equal(2, Notes.Texts.Count());
    }

    [Fact]
    public async Task ANote_ThatComesMuchLater_DoesNotStandForAMessageThatWaitsNow()
    {
        var instance = Create();
        await PushAsync(instance, Named.Message("tomorrow"), delay: 86_400);

        await PushAsync(instance, Named.Message("now"));
        await PushAsync(instance, Named.Message("now, too"));
        await PushAsync(instance, Named.Message("tomorrow, too"), delay: 86_400);

        Assert.Equal(2, Notes.Texts.Count());
        await NoteAfterAsync(seconds: 30);
    }

    [Fact]
    public async Task ANote_ThatComesBeforeADelayedMessage_DoesNotStandForIt()
    {
        var instance = Create();
        await PushAsync(instance, Named.Message("now"));

        await PushAsync(instance, Named.Message("in half a minute"), delay: 30);
        await PushAsync(instance, Named.Message("in a minute"), delay: 61);

        Assert.Equal(2, Notes.Texts.Count());
    }

    [Fact]
    public async Task ANote_ThatFails_LeavesThePushAsItIs_IsCounted_AndIsTriedAgainForTheNextMessage()
    {
        var instance = Create();
        using var results = new MetricCollector<long>(instance.Meters, FuncCometMetrics.MeterName, "funccomet.offline.notes");
        Notes.Failure = FakeQueueClient.Failed(403, QueueErrorCode.AuthorizationFailure);
        Assert.Equal(PushOutcome.Stored, await PushAsync(instance, Named.Message("one")));

        Notes.Failure = null;
        Assert.Equal(PushOutcome.Stored, await PushAsync(instance, Named.Message("two")));

        Assert.Single(Notes.Texts);
        Assert.Equal(
            [("failed", 1), ("written", 1)],
            results.GetMeasurementSnapshot().Select(measured => ((string)measured.Tags["result"]!, measured.Value)));
    }

    [Fact]
    public async Task StoppingHost_WaitsForANote()
    {
        var instance = Create();
        Notes.IsThere = true;
        var send = Notes.Hold("send");
        await instance.PushAsync("hello").Bounded();
        var stop = instance.Work.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);

        send.SetResult();

        await stop.Bounded();
        Assert.Single(Notes.Texts);
    }

    private PollHarness Create(bool hasBell = false, params IEnumerable<(string Name, string Value)> settings)
    {
        var instance = new PollHarness(
            _time, _storage, hasBell, settings: [("FuncComet:Offline:Queue", "wake-up"), .. settings]);
        _instances.Add(instance);
        return instance;
    }

    /// <summary>Pushes to alice, and returns when all that follows in the background is done.</summary>
    private static async Task<PushOutcome> PushAsync(PollHarness instance, Message message, int delay = 0)
    {
        var copies = await instance.Push.SendAsync([instance.Alice], message, Ttl, TimeSpan.FromSeconds(delay)).Bounded();
        if (instance.Held.Count == 0)
        {
            await instance.Work.StopAsync(CancellationToken.None).Bounded();
        }

        return copies[0].Outcome;
    }

    private static async Task DeliverAsync(PollHarness instance)
    {
        instance.Queue.IsThere = true;
        var poll = instance.PollAsync(seconds: 30);
        await PushAsync(instance, Named.Message("first"));
        Assert.Equal(PollOutcome.Delivered, await poll.Bounded());
    }

    private static Task<PollOutcome> LeaseAsync(PollHarness instance, int seconds) => instance.Poll.RunAsync(
        new PollRequest(instance.Alice, TimeSpan.FromSeconds(30)) { Lease = TimeSpan.FromSeconds(seconds) },
        instance.Answer,
        CancellationToken.None);

    /// <summary>The note that becomes visible when so many seconds have passed, and not a second before.</summary>
    private async Task<QueueMessage> NoteAfterAsync(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Empty(await ReceiveAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        return Assert.Single(await ReceiveAsync());
    }

    private async Task<QueueMessage[]> ReceiveAsync() =>
        (await Notes.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken)).Value;

    private static string TextOf(QueueMessage note) => Encoding.UTF8.GetString(Convert.FromBase64String(note.MessageText));
}
