using System.Diagnostics.Metrics;
using System.Globalization;
using Azure.Storage.Queues.Models;
using FuncComet.Core.Tests.Mailboxes;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Testing;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>
/// One instance on a fake storage, with a clock that the test moves. By default without jitter, so that pauses are exact.
/// </summary>
internal sealed class PollHarness : IDisposable
{
    private readonly CoreInstance _core;

    public PollHarness(
        FakeTimeProvider? time = null,
        FakeQueueService? storage = null,
        bool hasBell = false,
        HandoverMode handover = HandoverMode.Stored,
        int plainLease = 30,
        double jitter = 0,
        params IEnumerable<(string Name, string Value)> settings)
    {
        Time = time ?? new FakeTimeProvider();
        Storage = storage ?? new FakeQueueService(Time);
        _core = new CoreInstance(
            Time,
            Storage,
            [
                ("FuncComet:Backoff:Jitter", jitter.ToString(CultureInfo.InvariantCulture)),
                ("FuncComet:Doorbell:Enabled", $"{hasBell}"),
                ("FuncComet:Push:Handover", $"{handover}"),
                ("FuncComet:Mailbox:MaxDeliveries", "3"),
                ("FuncComet:Mailbox:PlainLease", $"00:00:{plainLease:00}"),
                .. settings,
            ]);

        // As after earlier pushes: the mailbox is known to have room, so no push counts its messages.
        _ = _core.Get<MailboxDepths>().HasRoomAsync(Alice, Storage.Mailboxes().Open(Alice), isSeenEmpty: true);
    }

    public FakeTimeProvider Time { get; }

    public FakeQueueService Storage { get; }

    public IMeterFactory Meters => _core.Get<IMeterFactory>();

    public HeldPollOptions Limits => Held.Limits;

    public HeldPolls Held => _core.Get<HeldPolls>();

    public RememberedLooks Steps => _core.Get<RememberedLooks>();

    public WaitingRooms Rooms => _core.Get<WaitingRooms>();

    public InstanceBell Bell => _core.Get<InstanceBell>();

    public PresenceQuery Presence => _core.Get<PresenceQuery>();

    public UnsettledWork Work => _core.Get<UnsettledWork>();

    public MessagePush Push => _core.Get<MessagePush>();

    public LeaseChanges Leases => _core.Get<LeaseChanges>();

    public LongPoll Poll => _core.Get<LongPoll>();

    public Acknowledgements Acknowledgements => _core.Get<Acknowledgements>();

    public MessageRecall Recall => _core.Get<MessageRecall>();

    public ILoggerFactory Loggers => _core.Get<ILoggerFactory>();

    public T Get<T>()
        where T : notnull => _core.Get<T>();

    public Recipient Alice { get; } = Named.Recipient("alice");

    public FakeQueueClient Queue => Storage.Of(Alice);

    public FakeQueueClient BellQueue(string name) => (FakeQueueClient)Storage.GetQueueClient($"fc-bell-{name}");

    public CancellationTokenSource ClientAborted { get; } = new();

    public RecordedAnswer Answer { get; } = new();

    public Task<PollOutcome> PollAsync(int seconds) =>
        Poll.RunAsync(new PollRequest(Alice, TimeSpan.FromSeconds(seconds)), Answer, ClientAborted.Token);

    /// <summary>Begins a poll whose first look publishes its presence, since the mailbox is known to be quiet.</summary>
    public async Task<Task<PollOutcome>> PollQuietlyAsync(
        int seconds = 220, ClientAborted clientAborted = default, RecordedAnswer? answer = null, int? lease = null)
    {
        Steps.Remember(Alice, 20, Steps.Of(Alice).Hidden, Steps.Of(Alice).Presences);
        var request = new PollRequest(Alice, TimeSpan.FromSeconds(seconds))
        {
            Lease = lease is { } held ? TimeSpan.FromSeconds(held) : null,
        };
        var poll = Poll.RunAsync(request, answer ?? Answer, clientAborted);
        await Task.Yield();
        return poll;
    }

    /// <summary>Opens the bell, for a poll of another recipient.</summary>
    public async Task OpenBellAsync()
    {
        var request = new PollRequest(Named.Recipient("bob"), TimeSpan.FromHours(3));
        _ = Poll.RunAsync(request, new RecordedAnswer(), ClientAborted.Token);
        await Bell.StartAsync(CancellationToken.None);
        await Await.UntilAsync(() => Bell.IsReachable, "the bell to be open");
    }

    /// <summary>Moves the clock in small steps, since bells read on their own threads, until the condition holds.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, double seconds)
    {
        for (var moved = 0.0; moved < seconds && !condition(); moved += 0.05)
        {
            await AdvanceAsync(0.05);
        }

        await Await.UntilAsync(condition, $"the expected event within {seconds} seconds");
    }

    /// <summary>Moves the clock in small steps, since bells read on their own threads.</summary>
    public async Task AdvanceAsync(double seconds)
    {
        for (var moved = 0.0; moved < seconds; moved += 0.05)
        {
            Time.Advance(TimeSpan.FromSeconds(0.05));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
    }

    public Task PushAsync(string text) => Push.SendAsync([Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.Zero);

    /// <summary>Stores a message as a push at another instance does, so that no poll here is woken.</summary>
    public async Task PutAsync(string text) =>
        await Storage.Mailboxes().Open(Alice).SendAsync(Named.Message(text), TimeSpan.FromHours(1));

    /// <summary>Opens the queue of a recipient's dead letters.</summary>
    public Mailbox DeadLettersOf(Recipient recipient) => Get<DeadLetters>().Open(recipient);

    /// <summary>Writes a dead letter for a message with this text, as the instance does that received it.</summary>
    /// <param name="recipient">The recipient that the letter names.</param>
    /// <param name="text">The text in the mailbox.</param>
    /// <param name="into">The queue; null for that of the recipient.</param>
    public async Task DieAsync(Recipient recipient, string text, FakeQueueClient? into = null)
    {
        var received = QueuesModelFactory.QueueMessage($"{Guid.NewGuid()}", "receipt", text, 4, null, Time.GetUtcNow(), null);
        var read = QueueText.Read(text, ForeignEncoding.Auto);
        var message = new LeasedMessage(recipient, received, read, leasedAt: 0, lease: TimeSpan.FromSeconds(30));
        await DeadLetters.WriteAsync(
            into is null ? DeadLettersOf(recipient) : new Mailbox(Storage, into.Name, recipient: null, Time),
            DeadLetter.Of(recipient.Name, message, "a reason", Time.GetUtcNow()),
            text);
    }

    public void Stop() => _core.Stop();

    /// <summary>Moves the clock, and returns when the poll has made as many looks in all as it then must have made.</summary>
    public async Task AdvanceAsync(double seconds, int looks)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        await Await.UntilAsync(() => Queue.Peeks >= looks, $"{looks} looks; there were {Queue.Peeks}");
        Assert.Equal(looks, Queue.Peeks);
    }

    public void Dispose()
    {
        _core.Dispose();
        ClientAborted.Dispose();
    }
}

/// <summary>A client's end that records what it was given, or fails as the test demands.</summary>
internal sealed class RecordedAnswer : IPollAnswer
{
    public List<LeasedMessage> Messages { get; } = [];

    public List<string> Expired { get; } = [];

    public Func<CancellationToken, Task<WriteOutcome>> Write { get; set; } = _ => Task.FromResult(WriteOutcome.Written);

    public void Acknowledged(IReadOnlyList<string> expired) => Expired.AddRange(expired);

    public async Task<WriteOutcome> WriteAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        Messages.AddRange(messages);
        return await Write(cancellationToken);
    }
}
