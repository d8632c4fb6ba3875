using Azure.Storage.Queues;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>The behaviour of the bell queues on any storage.</summary>
public abstract class BellQueuesContract
{
    private readonly string _instance = Presence.NewInstance();
    private BellQueues? _queues;

    protected string Prefix { get; } = $"b{Guid.NewGuid().ToString("N")[..8]}";

    protected Recipient Recipient { get; } = Named.NewRecipient();

    private BellQueues Queues => _queues ??= new(Storage, Options.Create(new MailboxOptions { QueuePrefix = Prefix }), Clock);

    private PresenceStore Presences => new CoreInstance(Clock, Storage).Get<PresenceStore>();

    private Mailbox Mailbox =>
        Named.Mailboxes(Storage, Clock, new MailboxOptions { QueuePrefix = Prefix }).Open(Recipient);

    protected abstract QueueServiceClient Storage { get; }

    protected abstract TimeProvider Clock { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notes_AreReadOnce()
    {
        var odd = Named.Recipient("grüß \uFFFE 🚀 %41");
        await Queues.CreateAsync(_instance);
        await Queues.LeaveNoteAsync(_instance, Recipient, FuncComet.Mailboxes.Mailbox.Deadline);
        await Queues.LeaveNoteAsync(_instance, odd, FuncComet.Mailboxes.Mailbox.Deadline);

        Assert.Equal([Recipient, odd], await Queues.ReadNotesAsync(_instance, Token));
        Assert.Equal([], await Queues.ReadNotesAsync(_instance, Token));
    }

    [Fact]
    public async Task ANote_ForAnInstanceThatHasEnded_IsNoError() =>
        await Queues.LeaveNoteAsync(_instance, Recipient, FuncComet.Mailboxes.Mailbox.Deadline);

    [Fact]
    public async Task ReadNotes_WhenTheQueueWasRemoved_IsNullAndNotEmpty()
    {
        await Queues.CreateAsync(_instance);
        Assert.True(await Queues.BeatAsync(_instance));

        await Queues.DeleteAsync(_instance, FuncComet.Mailboxes.Mailbox.Deadline);
        await Queues.DeleteAsync(_instance, FuncComet.Mailboxes.Mailbox.Deadline);

        Assert.False(await Queues.BeatAsync(_instance));
        Assert.Null(await Queues.ReadNotesAsync(_instance, Token));
    }

    [Fact]
    public async Task ClearAway_RemovesTheQueuesOfInstancesThatWereNotAlive_AndNoOthers()
    {
        await Queues.CreateAsync(_instance);
        await WriteAsync(new Presence(_instance, Clock.GetUtcNow()));

        Assert.Equal(0, await Queues.ClearAwayAsync(Clock.GetUtcNow() - TimeSpan.FromMinutes(1)));
        Assert.Equal(1, await Queues.ClearAwayAsync(Clock.GetUtcNow() + TimeSpan.FromMinutes(1)));

        Assert.Null(await Queues.ReadNotesAsync(_instance, Token));
        Assert.Equal(0, await Mailbox.CountAsync());
    }

    [Fact]
    public async Task Presences_AreWrittenBesideTheRecipient_AndTheLastWriteCounts()
    {
        var until = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var (one, two, three) = (Waits(until), Waits(until.AddSeconds(1)), Waits(until.AddSeconds(2)));
        Assert.Empty((await ReadAsync()).All);

        await WriteAsync(one, two);
        Assert.Equal([one, two], (await ReadAsync()).All);
        await WriteAsync(three);

        Assert.Equal([three], (await ReadAsync()).All);
        Assert.Equal(0, await Mailbox.CountAsync());
        var metadata = (await Storage.GetQueueClient(Mailbox.QueueName).GetPropertiesAsync(Token)).Value.Metadata;
        Assert.Equal(Recipient.Name, Uri.UnescapeDataString(metadata["recipient"]));
    }

    [Fact]
    public async Task Presences_OfNobody_KeepWhenSomebodyWasSeen()
    {
        await WriteAsync(Waits(Clock.GetUtcNow()));

        await WriteAsync();

        var read = await ReadAsync();
        Assert.Empty(read.All);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_799_999_940), read.Seen);
    }

    [Fact]
    public async Task Presences_OfAMailboxThatAPushCreated_AreNone()
    {
        await Core.Tests.Mailboxes.MailboxSends.SendAsync(Mailbox, Named.Message("x"), TimeSpan.FromHours(1));

        Assert.Equal(PresenceList.None, await ReadAsync());
    }

    private static Presence Waits(DateTimeOffset until) => new(Presence.NewInstance(), until);

    private Task<PresenceList> ReadAsync() => Presences.ReadAsync(Mailbox, FuncComet.Mailboxes.Mailbox.Deadline);

    private Task<bool> WriteAsync(params Presence[] presences)
    {
        var list = new PresenceList(presences, Seen: DateTimeOffset.FromUnixTimeSeconds(1_799_999_940));
        return Presences.WriteAsync(Mailbox, list, createsQueue: true, FuncComet.Mailboxes.Mailbox.Deadline, Token);
    }
}

public sealed class BellQueuesOnAzuriteTests(Azurite azurite) : BellQueuesContract
{
    protected override QueueServiceClient Storage { get; } = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient();

    protected override TimeProvider Clock => TimeProvider.System;
}

public sealed class BellQueuesOnFakeTests : BellQueuesContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public BellQueuesOnFakeTests() => Storage = new FakeQueueService(_time);

    protected override QueueServiceClient Storage { get; }

    protected override TimeProvider Clock => _time;
}
