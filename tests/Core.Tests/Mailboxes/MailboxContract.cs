using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>The behaviour of a mailbox on any queue.</summary>
public abstract class MailboxContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private Mailbox? _mailbox;

    protected Recipient Recipient { get; } = Named.NewRecipient();

    private protected abstract MailboxFactory Mailboxes { get; }

    private Mailbox Mailbox => _mailbox ??= Mailboxes.Open(Recipient);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract TimeProvider Clock { get; }

    protected abstract Task PutForeignAsync(string text);

    protected abstract Task<IDictionary<string, string>> ReadMetadataAsync();

    protected abstract Task WaitAsync(TimeSpan time);

    // Writes the receipt as text and reads it again, as when a client returns it.
    private Receipt Reread(Receipt receipt) =>
        Receipt.TryParse(receipt.Text, Recipient, out var reread) ? reread : throw new FormatException(receipt.Text);

    [Fact]
    public async Task HasMessage_WhenNothingWasEverSent_IsFalse()
    {
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        Assert.Null(await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline));
    }

    [Fact]
    public async Task Send_CreatesTheMailboxAndStoresTheMessage()
    {
        var sent = Message.Create(Clock, "text/x-test", "key-1", new byte[] { 0, 255, 128 });

        var expires = await Mailbox.SendAsync(sent, Ttl);

        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        var received = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.NotNull(received);
        Assert.Equal(sent.Id, received.Message.Id);
        Assert.Equal("text/x-test", received.Message.ContentType);
        Assert.Equal("key-1", received.Message.Key);
        Assert.Equal([0, 255, 128], received.Message.Body.ToArray());
        Assert.Equal(1, received.Deliveries);
        Assert.InRange(expires - sent.Time, Ttl - TimeSpan.FromMinutes(1), Ttl + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Send_WritesTheRecipientIntoTheQueuesMetadata()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);

        Assert.Equal(Recipient.Name, Uri.UnescapeDataString((await ReadMetadataAsync())["recipient"]));
    }

    [Fact]
    public async Task Send_OfManyAtOnceToANewMailbox_StoresAll()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Mailboxes.Open(Recipient).SendAsync(Named.Message($"{number}"), Ttl)));

        var received = new List<string>();
        while (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline) is { } message)
        {
            received.Add(message.Message.Text());
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}").Order(), received.Order());
    }

    [Fact]
    public async Task Receive_HidesTheMessageUntilItsLeaseEnds()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);

        Assert.NotNull(await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline));
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        Assert.Null(await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline));
        await WaitAsync(TimeSpan.FromSeconds(2));

        var again = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.NotNull(again);
        Assert.Equal(2, again.Deliveries);
    }

    [Fact]
    public async Task Delete_RemovesForGood()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var received = await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline);

        Assert.True(await Mailbox.DeleteAsync(received!, Mailbox.Deadline));

        await WaitAsync(TimeSpan.FromSeconds(2));
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        Assert.False(await Mailbox.DeleteAsync(received!, Mailbox.Deadline));
    }

    [Fact]
    public async Task Delete_WhenTheMessageWasReceivedAgain_IsFalseAndDeletesNothing()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var first = await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline);
        await WaitAsync(TimeSpan.FromSeconds(2));
        var second = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);

        Assert.False(await Mailbox.DeleteAsync(first!, Mailbox.Deadline));

        Assert.True(await Mailbox.DeleteAsync(second!, Mailbox.Deadline));
    }

    [Fact]
    public async Task GiveBack_WhenUndelivered_DoesNotCount()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);

        var first = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.True(await Mailbox.GiveBackAsync(first, undelivered: true, Mailbox.Deadline));
        var second = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.True(await Mailbox.GiveBackAsync(second, undelivered: true, Mailbox.Deadline));

        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        var again = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.Equal(1, again!.Deliveries);
        Assert.Equal("x", again.Message.Text());
    }

    [Fact]
    public async Task GiveBack_WhenItMayHaveArrived_Counts()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);

        var received = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.True(await Mailbox.GiveBackAsync(received, undelivered: false, Mailbox.Deadline));

        var again = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.Equal(2, again!.Deliveries);
        Assert.Equal("x", again.Message.Text());
    }

    [Fact]
    public async Task Send_WithATtl_DropsTheMessageAfterIt()
    {
        await Mailbox.SendAsync(Named.Message("x"), TimeSpan.FromSeconds(1));

        await WaitAsync(TimeSpan.FromSeconds(2));

        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    [Fact]
    public async Task Send_IntoALease_HidesTheMessage_AndItsReceiptDeletesIt()
    {
        var sent = await SendIntoLeaseAsync("x", TimeSpan.FromSeconds(1));
        Assert.Equal(1, sent.Deliveries);
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        // It has not been received again since its lease ended.
        await WaitAsync(TimeSpan.FromSeconds(2));
        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        Assert.True(await Mailbox.DeleteAsync(sent, Mailbox.Deadline));
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Send_IntoALease_WhenGivenBack_CountsWhatWasDelivered(bool undelivered, int deliveries)
    {
        var sent = await SendIntoLeaseAsync("x", Lease);

        Assert.True(await Mailbox.GiveBackAsync(sent, undelivered, Mailbox.Deadline));

        var received = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.Equal(deliveries, received!.Deliveries);
        Assert.Equal("x", received.Message.Text());
    }

    [Fact]
    public async Task Send_IntoALease_WhenTheMessageWasReceivedAgain_IsNoLongerOurs()
    {
        var sent = await SendIntoLeaseAsync("x", TimeSpan.FromSeconds(1));
        await WaitAsync(TimeSpan.FromSeconds(2));
        var received = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);

        Assert.False(await Mailbox.DeleteAsync(sent, Mailbox.Deadline));
        Assert.False(await Mailbox.AcknowledgeAsync(Reread(sent.Receipt)));

        Assert.Equal(2, received!.Deliveries);
        Assert.True(await Mailbox.AcknowledgeAsync(Reread(received.Receipt)));
    }

    private async Task<LeasedMessage> SendIntoLeaseAsync(string text, TimeSpan lease)
    {
        var envelope = new Envelope(Named.Message(text), HandedOver: 1);
        return new LeasedMessage(Recipient, envelope, await Mailbox.SendAsync(envelope.Encode(), Ttl, delay: lease, Mailbox.Deadline));
    }

    [Fact]
    public async Task Receive_OfSeveral_ReturnsUpToTheMaximum()
    {
        foreach (var number in Enumerable.Range(0, 5))
        {
            await Mailbox.SendAsync(Named.Message($"{number}"), Ttl);
        }

        Assert.Equal(["0", "1", "2"], (await Mailbox.ReceiveAsync(3, Lease, Mailbox.Deadline))!.Select(message => message.Message.Text()));
        Assert.Equal(["3", "4"], (await Mailbox.ReceiveAsync(32, Lease, Mailbox.Deadline))!.Select(message => message.Message.Text()));
        Assert.Empty((await Mailbox.ReceiveAsync(32, Lease, Mailbox.Deadline))!);
    }

    [Fact]
    public async Task Acknowledge_RemovesForGood_AndChangesNothingTheSecondTime()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var receipt = Reread((await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline))!.Receipt);

        Assert.True(await Mailbox.AcknowledgeAsync(receipt));

        await WaitAsync(TimeSpan.FromSeconds(2));
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        Assert.True(await Mailbox.AcknowledgeAsync(receipt));
    }

    [Fact]
    public async Task Acknowledge_AfterTheLease_WhenTheMessageWasNotReceivedAgain_Removes()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var receipt = Reread((await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline))!.Receipt);
        await WaitAsync(TimeSpan.FromSeconds(2));
        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        Assert.True(await Mailbox.AcknowledgeAsync(receipt));

        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    [Fact]
    public async Task Acknowledge_WhenTheMessageWasReceivedAgain_IsFalse()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl);
        var older = Reread((await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(1), Mailbox.Deadline))!.Receipt);
        await WaitAsync(TimeSpan.FromSeconds(2));
        var newer = Reread((await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Receipt);

        Assert.False(await Mailbox.AcknowledgeAsync(older));
        Assert.True(await Mailbox.AcknowledgeAsync(newer));
        Assert.True(await Mailbox.AcknowledgeAsync(older));
    }

    [Fact]
    public async Task Send_WithADelay_HidesTheMessageUntilItEnds()
    {
        await Mailbox.SendAsync(Named.Message("x"), Ttl, delay: TimeSpan.FromSeconds(1));
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        await WaitAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(1, (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Deliveries);
    }

    [Fact]
    public async Task Count_CountsHiddenMessagesToo()
    {
        Assert.Null(await Mailbox.CountAsync());
        await Mailbox.SendAsync(Named.Message("1"), Ttl);
        await Mailbox.SendAsync(Named.Message("2"), Ttl, delay: TimeSpan.FromMinutes(1));
        await Mailbox.SendAsync(Named.Message("3"), Ttl);
        await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);

        Assert.Equal(3, await Mailbox.CountAsync());
    }

    [Fact]
    public async Task Clear_RemovesAllAndLeavesTheMailboxUsable()
    {
        await Mailbox.ClearAsync();
        await Mailbox.SendAsync(Named.Message("1"), Ttl);
        await Mailbox.SendAsync(Named.Message("2"), Ttl);
        var leased = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);

        await Mailbox.ClearAsync();

        Assert.Equal(0, await Mailbox.CountAsync());
        Assert.False(await Mailbox.DeleteAsync(leased!, Mailbox.Deadline));
        await Mailbox.SendAsync(Named.Message("3"), Ttl);
        Assert.Equal("3", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
    }

    [Fact]
    public async Task Receive_OfAForeignMessage_ReturnsItsTextAsPlainText()
    {
        await Mailbox.SendAsync(Named.Message("ours"), Ttl);
        await PutForeignAsync("grüß <dich> & mich");

        var texts = new List<(string, string)>();
        while (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline) is { } received)
        {
            texts.Add((received.Message.Text(), received.Message.ContentType));
            Assert.True(await Mailbox.DeleteAsync(received, Mailbox.Deadline));
        }

        Assert.Equal([("grüß <dich> & mich", "text/plain; charset=utf-8"), ("ours", "text/plain")], texts.Order());
    }

    [Fact]
    public async Task GiveBack_OfAForeignMessage_LeavesItUnchanged()
    {
        await Mailbox.SendAsync(Named.Message("ours"), Ttl);
        Assert.True(await Mailbox.DeleteAsync((await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!, Mailbox.Deadline));
        await PutForeignAsync("foreign");

        var received = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.True(await Mailbox.GiveBackAsync(received, undelivered: true, Mailbox.Deadline));

        Assert.Equal("foreign", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
    }

    [Fact]
    public async Task CheckStorage_WhenStorageAnswers_Returns()
    {
        await Mailboxes.CheckStorageAsync().WaitAsync(Token);
    }
}

public sealed class MailboxOnAzuriteTests(Azurite azurite) : MailboxContract
{
    private readonly QueueServiceClient _storage = StorageFor.ConnectionString(azurite.ConnectionString).CreateClient();

    private protected override MailboxFactory Mailboxes => Named.Mailboxes(_storage, TimeProvider.System);

    protected override TimeProvider Clock => TimeProvider.System;

    private QueueClient Queue => _storage.GetQueueClient(Recipient.QueueName("fc"));

    protected override Task PutForeignAsync(string text) => Queue.SendMessageAsync(text);

    protected override async Task<IDictionary<string, string>> ReadMetadataAsync() => (await Queue.GetPropertiesAsync()).Value.Metadata;

    // Tests cannot move Storage's clock. It counts leases and lives in whole seconds.
    protected override Task WaitAsync(TimeSpan time) => Task.Delay(time);
}

public sealed class MailboxOnFakeTests : MailboxContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakeQueueService _storage;

    public MailboxOnFakeTests() => _storage = new FakeQueueService(_time);

    protected override TimeProvider Clock => _time;

    private protected override MailboxFactory Mailboxes => _storage.Mailboxes();

    protected override Task PutForeignAsync(string text) =>
        _storage.Of(Recipient).SendMessageAsync(text, timeToLive: TimeSpan.FromHours(1));

    protected override Task<IDictionary<string, string>> ReadMetadataAsync() => Task.FromResult(_storage.Of(Recipient).Metadata!);

    protected override Task WaitAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
