using FuncComet.Mailboxes;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public abstract partial class MailboxContract
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterTheShortLease = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Acknowledge_RemovesForGood_AndChangesNothingTheSecondTime()
    {
        var received = await SendAndReceiveAsync(Lease);

        Assert.True(await AcknowledgeAsync(received));
        Assert.True(await AcknowledgeAsync(received));

        await WaitAsync(Lease + ShortLease);
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    // It may have been received again in the meantime: not every storage can tell.
    [Fact]
    public async Task Acknowledge_AgainAfterTheLease_IsFalse()
    {
        var received = await SendAndReceiveAsync(ShortLease);
        Assert.True(await AcknowledgeAsync(received));

        await WaitAsync(AfterTheShortLease);

        Assert.False(await AcknowledgeAsync(received));
    }

    [Fact]
    public async Task Acknowledge_AfterTheLease_WhenTheMessageWasNotReceivedAgain_Removes()
    {
        var received = await SendAndReceiveAsync(ShortLease);
        await WaitAsync(AfterTheShortLease);
        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        Assert.True(await AcknowledgeAsync(received));

        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    [Fact]
    public async Task Acknowledge_WhenTheMessageWasReceivedAgain_IsFalse()
    {
        var older = await SendAndReceiveAsync(ShortLease);
        await WaitAsync(AfterTheShortLease);
        var newer = (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!;

        Assert.False(await AcknowledgeAsync(older));
        Assert.True(await AcknowledgeAsync(newer));
        Assert.False(await AcknowledgeAsync(older));
    }

    [Fact]
    public async Task Acknowledge_WhenTheMessageHasExpired_IsTrue()
    {
        var received = await SendAndReceiveAsync(ShortLease, ttl: AfterTheShortLease);

        await WaitAsync(AfterTheShortLease + TimeSpan.FromSeconds(2));

        Assert.True(await AcknowledgeAsync(received));
    }

    [Fact]
    public async Task Acknowledge_WhenItsHolderHasGivenTheMessageBackDuringTheLease_IsTrue()
    {
        var received = await SendAndReceiveAsync(Lease);
        Assert.NotNull(await Mailbox.GiveBackAsync(received, undelivered: false, Mailbox.Deadline));
        Assert.NotNull(await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline));

        Assert.True(await AcknowledgeAsync(received));
    }

    [Fact]
    public async Task Acknowledge_WhenTheQueueIsGone_IsTrue()
    {
        var received = await SendAndReceiveAsync(ShortLease);
        await WaitAsync(AfterTheShortLease);

        await Queue.DeleteAsync(Token);

        Assert.True(await AcknowledgeAsync(received));
    }

    private async Task<LeasedMessage> SendAndReceiveAsync(TimeSpan lease, TimeSpan? ttl = null)
    {
        await Mailbox.SendAsync(Named.Message("x"), ttl ?? Ttl);
        return (await Mailbox.ReceiveAsync(lease, Mailbox.Deadline))!;
    }

    // By the receipt's text, as when a client returns it.
    private Task<bool> AcknowledgeAsync(LeasedMessage message) => Mailbox.AcknowledgeAsync(
        Receipt.TryParse(message.Receipt.Text, Recipient, out var receipt) ? receipt : throw new FormatException(message.Receipt.Text));
}
