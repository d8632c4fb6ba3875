using Azure.Storage.Queues;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>The behaviour of a mailbox on any queue.</summary>
public abstract partial class MailboxContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private Mailbox? _mailbox;

    protected Recipient Recipient { get; } = Named.NewRecipient();

    protected abstract QueueServiceClient Storage { get; }

    protected abstract TimeProvider Clock { get; }

    private protected Mailbox Mailbox => _mailbox ??= Mailboxes.Open(Recipient);

    private protected QueueClient Queue => Storage.GetQueueClient(Mailbox.QueueName);

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private MailboxFactory Mailboxes => Named.Mailboxes(Storage, Clock);

    /// <summary>Returns when the storage's clock has moved on.</summary>
    protected abstract Task WaitAsync(TimeSpan time);

    private async Task PutForeignAsync(string text) => await Queue.SendMessageAsync(text, visibilityTimeout: null, timeToLive: Ttl, Token);

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

        Assert.Equal(Recipient.Name, Uri.UnescapeDataString((await Queue.GetPropertiesAsync(Token)).Value.Metadata["recipient"]));
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
        Assert.NotNull(await Mailbox.GiveBackAsync(first, undelivered: true, Mailbox.Deadline));
        var second = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;
        Assert.NotNull(await Mailbox.GiveBackAsync(second, undelivered: true, Mailbox.Deadline));

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
        Assert.NotNull(await Mailbox.GiveBackAsync(received, undelivered: false, Mailbox.Deadline));

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

        Assert.NotNull(await Mailbox.GiveBackAsync(sent, undelivered, Mailbox.Deadline));

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
        Assert.False(await AcknowledgeAsync(sent));

        Assert.Equal(2, received!.Deliveries);
        Assert.True(await AcknowledgeAsync(received));
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
        Assert.True(await Mailbox.ClearAsync());
        foreach (var number in Enumerable.Range(0, 7))
        {
            await Mailbox.SendAsync(Named.Message($"{number}"), Ttl);
        }

        var leased = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);

        Assert.True(await Mailbox.ClearAsync());

        Assert.Equal(0, await Mailbox.CountAsync());
        Assert.False(await Mailbox.DeleteAsync(leased!, Mailbox.Deadline));
        await Mailbox.SendAsync(Named.Message("next"), Ttl);
        Assert.Equal("next", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
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
        Assert.NotNull(await Mailbox.GiveBackAsync(received, undelivered: true, Mailbox.Deadline));

        Assert.Equal("foreign", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
    }

    [Fact]
    public async Task CheckStorage_WhenStorageAnswers_Returns()
    {
        await Mailboxes.CheckStorageAsync().WaitAsync(Token);
    }
}
