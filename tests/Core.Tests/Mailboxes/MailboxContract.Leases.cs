using FuncComet.Mailboxes;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public abstract partial class MailboxContract
{
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ChangeLease_HidesTheMessageUntilTheNewLeaseEnds()
    {
        var received = await SendAndReceiveAsync(ShortLease);

        var changed = await ChangeAsync(received.Receipt, seconds: 6);

        Assert.Equal(LeaseOutcome.Changed, changed.Outcome);
        var longer = changed.Renewed!.LeaseEnd!.Value - received.Receipt.LeaseEnd!.Value;
        Assert.InRange(longer, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
        await WaitAsync(AfterTheShortLease);
        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
        await WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Deliveries);
    }

    [Fact]
    public async Task ChangeLease_GivesAReceiptThatAcknowledgesAndRenews()
    {
        var received = await SendAndReceiveAsync(Lease);
        var first = await ChangeAsync(received.Receipt, seconds: 60);

        var second = await ChangeAsync(first.Renewed!, seconds: 60);

        Assert.Equal(LeaseOutcome.Changed, second.Outcome);
        Assert.Equal(received.Receipt.Expires, second.Renewed!.Expires);
        Assert.True(await Mailbox.AcknowledgeAsync(AsGivenBack(second.Renewed)));
        Assert.Equal(0, await Mailbox.CountAsync());
    }

    // Its holder has changed the lease, and only its holder could: the promise of an acknowledgement during the lease.
    [Fact]
    public async Task ChangeLease_MakesTheOldReceiptWorthNothing_AndAnAcknowledgementByItCountsUntilItsLeaseEnds()
    {
        var received = await SendAndReceiveAsync(TimeSpan.FromSeconds(4));
        await ChangeAsync(received.Receipt, seconds: 60);

        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(received.Receipt, seconds: 60)).Outcome);
        Assert.True(await AcknowledgeAsync(received));
        Assert.Equal(1, await Mailbox.CountAsync());
        await WaitAsync(TimeSpan.FromSeconds(4));
        Assert.False(await AcknowledgeAsync(received));
        Assert.Equal(1, await Mailbox.CountAsync());
    }

    [Fact]
    public async Task ChangeLease_ToNothing_MakesTheMessageVisibleAtOnce_AndCountsTheDelivery()
    {
        var received = await SendAndReceiveAsync(LongLease);

        Assert.Equal(LeaseOutcome.Changed, (await ChangeAsync(received.Receipt, seconds: 0)).Outcome);

        Assert.True(await AcknowledgeAsync(received));
        var again = await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline);
        Assert.Equal(2, again!.Deliveries);
        Assert.Equal(received.Message.Id, again.Message.Id);
        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(received.Receipt, seconds: 0)).Outcome);
    }

    [Fact]
    public async Task ChangeLease_OfAMessageThatWasHandedOver_CountsItsDelivery()
    {
        var sent = await SendIntoLeaseAsync("x", LongLease);

        Assert.Equal(LeaseOutcome.Changed, (await ChangeAsync(sent.Receipt, seconds: 0)).Outcome);

        Assert.Equal(2, (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Deliveries);
    }

    [Fact]
    public async Task ChangeLease_OfAForeignMessage_LeavesItUnchanged()
    {
        await Mailbox.SendAsync(Named.Message("ours"), Ttl);
        Assert.True(await Mailbox.DeleteAsync((await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!, Mailbox.Deadline));
        await PutForeignAsync("foreign");
        var received = (await Mailbox.ReceiveAsync(LongLease, Mailbox.Deadline))!;

        Assert.Equal(LeaseOutcome.Changed, (await ChangeAsync(received.Receipt, seconds: 0)).Outcome);

        Assert.Equal("foreign", (await Mailbox.ReceiveAsync(Lease, Mailbox.Deadline))!.Message.Text());
    }

    [Fact]
    public async Task ChangeLease_AfterTheLease_WhenTheMessageWasNotReceivedAgain_HidesIt()
    {
        var received = await SendAndReceiveAsync(ShortLease);
        await WaitAsync(AfterTheShortLease);
        Assert.True(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));

        Assert.Equal(LeaseOutcome.Changed, (await ChangeAsync(received.Receipt, seconds: 60)).Outcome);

        Assert.False(await Mailbox.HasMessageAsync(Mailbox.Deadline, Token));
    }

    [Fact]
    public async Task ChangeLease_OfSeveral_HasEachOutcomeInTheirOrder()
    {
        var late = await SendAndReceiveAsync(ShortLease);
        await WaitAsync(AfterTheShortLease);
        var taken = (await Mailbox.ReceiveAsync(LongLease, Mailbox.Deadline))!;
        var acknowledged = await SendAndReceiveAsync(LongLease);
        Assert.True(await AcknowledgeAsync(acknowledged));
        var other = await SendAndReceiveAsync(LongLease);

        var changes = await new Leases(Clock).ChangeAsync(
            Mailbox, [late.Receipt, taken.Receipt, acknowledged.Receipt, other.Receipt], LongLease);

        Assert.Equal(
            [LeaseOutcome.Expired, LeaseOutcome.Changed, LeaseOutcome.Expired, LeaseOutcome.Changed],
            changes.Select(change => change.Outcome));
        Assert.Equal(
            [late.Receipt.Text, taken.Receipt.Text, acknowledged.Receipt.Text, other.Receipt.Text],
            changes.Select(change => change.Receipt.Text));
        Assert.True(await Mailbox.AcknowledgeAsync(AsGivenBack(changes[1].Renewed!)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(3_600)]
    public async Task ChangeLease_BeyondTheMessagesLife_EndsWithIt(int seconds)
    {
        var received = await SendAndReceiveAsync(ShortLease, ttl: TimeSpan.FromSeconds(20));

        var changed = await ChangeAsync(received.Receipt, seconds);

        Assert.Equal(LeaseOutcome.Changed, changed.Outcome);
        Assert.InRange(
            changed.Renewed!.LeaseEnd!.Value, received.Receipt.Expires - TimeSpan.FromSeconds(2), received.Receipt.Expires);
        Assert.True(await Mailbox.AcknowledgeAsync(AsGivenBack(changed.Renewed)));
        Assert.Equal(0, await Mailbox.CountAsync());
    }

    [Fact]
    public async Task ChangeLease_WhenTheMessageHasExpired_IsExpired()
    {
        var received = await SendAndReceiveAsync(ShortLease, ttl: AfterTheShortLease);
        await WaitAsync(AfterTheShortLease + TimeSpan.FromSeconds(2));

        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(received.Receipt, seconds: 60)).Outcome);
    }

    [Fact]
    public async Task ChangeLease_WhenTheQueueIsGone_IsExpired()
    {
        var received = await SendAndReceiveAsync(LongLease);
        await Queue.DeleteAsync(Token);

        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(received.Receipt, seconds: 60)).Outcome);
    }

    // A client can make up a receipt that is well-formed. It never had a message.
    [Theory]
    [InlineData("AgAAAAMAAAAAAAAAb8OVLmtm1gE=")]
    [InlineData("not base64!")]
    [InlineData("%")]
    public async Task ChangeLease_ByAReceiptThatAClientMadeUp_IsExpired(string popReceipt)
    {
        var received = await SendAndReceiveAsync(LongLease);
        var now = Clock.GetUtcNow();
        var receipt = Receipt.For(Recipient, received.QueueMessageId, popReceipt, now + Lease, now + LongLease);

        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(receipt, seconds: 3_600)).Outcome);
        Assert.True(await AcknowledgeAsync(received));
    }

    private async Task<LeaseChange> ChangeAsync(Receipt receipt, int seconds) =>
        Assert.Single(await new Leases(Clock).ChangeAsync(Mailbox, [AsGivenBack(receipt)], TimeSpan.FromSeconds(seconds)));

    // By its text, as when a client returns it.
    private Receipt AsGivenBack(Receipt receipt) =>
        Receipt.TryParse(receipt.Text, Recipient, out var read) ? read : throw new FormatException(receipt.Text);
}
