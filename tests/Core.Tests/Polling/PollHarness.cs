using System.Diagnostics.Metrics;
using FuncComet.Core.Tests.Mailboxes;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Pushing;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

/// <summary>One instance over a fake storage, under a clock that the test moves; without jitter, so that pauses are exact.</summary>
internal sealed class PollHarness : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public PollHarness(FakeTimeProvider? time = null, FakeQueueService? storage = null, bool hasBell = false, HandoverMode handover = HandoverMode.Stored)
    {
        Time = time ?? new FakeTimeProvider();
        Storage = storage ?? new FakeQueueService(Time);
        Backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromSeconds(hasBell ? 30 : 5) }), Random.Shared, Time);
        var mailboxes = Storage.Mailboxes();
        var metrics = new FuncCometMetrics(Meters);
        var host = new Host(_stopping.Token);
        var bells = Options.Create(new DoorbellOptions { Enabled = hasBell });
        var queues = new BellQueues(Storage, Options.Create(new MailboxOptions()), Time);
        Doorbell = new Doorbell(Backoff, bells, host, Time);
        Bell = new InstanceBell(queues, Doorbell, bells, Time, NullLogger<InstanceBell>.Instance);
        Ringer = new Ringer(Doorbell, queues, Bell, bells, Time, NullLogger<Ringer>.Instance);
        Held = new HeldPolls(Options.Create(Limits), metrics);
        Push = new MessagePush(mailboxes, new MailboxDepths(Options.Create(new MailboxOptions()), Time), Doorbell, Ringer, metrics, Options.Create(new PushOptions { Handover = handover }), Time, NullLogger<MessagePush>.Instance);
        Poll = new LongPoll(mailboxes, new Acknowledgements(mailboxes), Storage.DeadLetters(maxDeliveries: 3), Doorbell, Bell, Ringer, Held, metrics, Options.Create(new MailboxOptions()), host, Time, NullLogger<LongPoll>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public FakeQueueService Storage { get; }

    public IMeterFactory Meters { get; } = Testing.Telemetry.Meters();

    public HeldPollOptions Limits { get; } = new();

    public HeldPolls Held { get; }

    public Backoff Backoff { get; }

    public Doorbell Doorbell { get; }

    public InstanceBell Bell { get; }

    public Ringer Ringer { get; }

    public MessagePush Push { get; }

    public LongPoll Poll { get; }

    public Recipient Alice { get; } = Named.Recipient("alice");

    public FakeQueueClient Queue => Storage.Of(Alice);

    public CancellationTokenSource ClientAborted { get; } = new();

    public RecordedAnswer Answer { get; } = new();

    public Task<PollOutcome> PollAsync(int seconds) => Poll.RunAsync(new PollRequest(Alice, TimeSpan.FromSeconds(seconds)), Answer, ClientAborted.Token);

    public Task PushAsync(string text) => Push.SendAsync([Alice], Named.Message(text), TimeSpan.FromHours(1), TimeSpan.Zero);

    /// <summary>As a push at another instance does: nobody here hears of it.</summary>
    public async Task PutAsync(string text) => await Storage.Mailboxes().Open(Alice).SendAsync(Named.Message(text), TimeSpan.FromHours(1));

    public void Stop() => _stopping.Cancel();

    /// <summary>Moves the clock and returns when the poll has looked as often as it then must have.</summary>
    public async Task AdvanceAsync(double seconds, int looks)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        await Await.UntilAsync(() => Queue.Peeks >= looks, $"{looks} looks; there were {Queue.Peeks}");
        Assert.Equal(looks, Queue.Peeks);
    }

    public void Dispose()
    {
        Bell.Dispose();
        Doorbell.Dispose();
        _stopping.Dispose();
        Backoff.Dispose();
        ClientAborted.Dispose();
    }

    internal sealed class Host(CancellationToken stopping) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => stopping;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}

/// <summary>A client's end that keeps what it was given, or fails as it is told.</summary>
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
