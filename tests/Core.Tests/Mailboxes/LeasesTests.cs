using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>
/// Leases at the end of a message's life, by wrong clocks and on a storage that fails. <see cref="MailboxContract"/> has the rest.
/// </summary>
public sealed class LeasesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly FakeQueueService _storage;
    private readonly Recipient _alice = Named.Recipient("alice");

    public LeasesTests() => _storage = new FakeQueueService(_time) { AnswersAsAzure = true };

    private FakeQueueClient Queue => _storage.Of(_alice);

    private Mailbox Mailbox => _storage.Mailboxes().Open(_alice);

    [Fact]
    public async Task Change_WithinTheMessagesLife_IsOneRequest()
    {
        var receipt = await SendAndReceiveAsync(life: 60);
        Queue.Requests.Clear();

        var changed = await ChangeAsync(receipt, seconds: 60);

        Assert.Equal(LeaseOutcome.Changed, changed.Outcome);
        Assert.Equal(Start + Minute, changed.Renewed!.LeaseEnd);
        Assert.Equal(["update"], Queue.Requests);
    }

    // Storage tells the whole seconds of its time, so the cut lease may end a second early.
    [Fact]
    public async Task Change_BeyondTheMessagesLife_IsCutByTheTimeOfStoragesRefusal()
    {
        var receipt = await SendAndReceiveAsync(life: 60);
        _time.Advance(TimeSpan.FromSeconds(20.4));
        Queue.Requests.Clear();

        var changed = await ChangeAsync(receipt, seconds: 60);

        Assert.Equal(Start + TimeSpan.FromMilliseconds(59_400), changed.Renewed!.LeaseEnd);
        Assert.Equal(Start.AddSeconds(60), changed.Renewed.Expires);
        Assert.Equal(["update", "update"], Queue.Requests);
    }

    [Theory]
    [InlineData(57.9, LeaseOutcome.Changed)]
    [InlineData(58, LeaseOutcome.Changed)]
    [InlineData(58.1, LeaseOutcome.Changed)]
    [InlineData(59, LeaseOutcome.Expired)]
    [InlineData(59.9, LeaseOutcome.Expired)]
    [InlineData(60, LeaseOutcome.Expired)]
    public async Task Change_InTheMessagesLastSecond_IsExpired(double age, LeaseOutcome expected)
    {
        var receipt = await SendAndReceiveAsync(life: 60);
        _time.Advance(TimeSpan.FromSeconds(age));

        Assert.Equal(expected, (await ChangeAsync(receipt, seconds: 5)).Outcome);
    }

    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public async Task Change_WhenOurClockIsWrong_IsCutByStoragesClock(int seconds)
    {
        var receipt = await SendAndReceiveAsync(life: 60);
        var wrong = new FakeTimeProvider(Start.AddSeconds(seconds));

        var changed = Assert.Single(await new Leases(wrong).ChangeAsync(Mailbox, [receipt], TimeSpan.FromSeconds(3_600)));

        Assert.Equal(Start.AddSeconds(59), changed.Renewed!.LeaseEnd);
    }

    // An update of the app replaces instances one after the other: such a receipt may be some hours old.
    [Fact]
    public async Task Change_OfAReceiptWithoutTimes_Renews()
    {
        var receipt = WithoutTimes(await SendAndReceiveAsync(life: 600));

        var changed = await ChangeAsync(receipt, seconds: 60);

        Assert.Equal(Start + Minute, changed.Renewed!.LeaseEnd);
        Assert.True(await Mailbox.AcknowledgeAsync(changed.Renewed));
        Assert.Empty(Queue.Texts);
    }

    // Nothing says what is left of the message's life. Its lease stays as it is, and so does the receipt's acknowledgement.
    [Fact]
    public async Task Change_OfAReceiptWithoutTimes_BeyondTheMessagesLife_IsExpired_AndTheReceiptStillAcknowledges()
    {
        var receipt = WithoutTimes(await SendAndReceiveAsync(life: 30));

        Assert.Equal(LeaseOutcome.Expired, (await ChangeAsync(receipt, seconds: 60)).Outcome);

        Assert.True(await Mailbox.AcknowledgeAsync(receipt));
        Assert.Empty(Queue.Texts);
    }

    [Fact]
    public async Task Change_OfAMessageThatNeverExpires_IsNotCut()
    {
        var receipt = await SendAndReceiveAsync(life: null);

        Assert.Equal(Start.AddHours(1), (await ChangeAsync(receipt, seconds: 3_600)).Renewed!.LeaseEnd);
    }

    [Fact]
    public async Task Change_WhenStorageFailsForOne_HasTheOutcomesOfAll()
    {
        var (first, second, third) = (
            await SendAndReceiveAsync(life: 600), await SendAndReceiveAsync(life: 600), await SendAndReceiveAsync(life: 600));
        Assert.True(await Mailbox.AcknowledgeAsync(first));
        var arrived = 0;
        Queue.Arrived = (_, _) => ++arrived == 2
            ? Task.FromException(new RequestFailedException(503, "", "ServerBusy", innerException: null))
            : Task.CompletedTask;

        var changes = await new Leases(_time).ChangeAsync(Mailbox, [first, second, third], Minute);

        Assert.Equal([LeaseOutcome.Expired, LeaseOutcome.Failed, LeaseOutcome.Changed], changes.Select(change => change.Outcome));
        Assert.Equal("Storage did not change the lease: 503 ServerBusy.", changes[1].Failure!.Message);
        Assert.Null(changes[1].Renewed);
        Assert.Equal(LeaseOutcome.Changed, (await ChangeAsync(second, seconds: 60)).Outcome);
    }

    [Fact]
    public async Task Change_WhenStorageDoesNotAnswer_FailsAtTheDeadline()
    {
        var receipt = await SendAndReceiveAsync(life: 600);
        Queue.Arrived = (_, token) => Task.Delay(Timeout.Infinite, token);

        var changing = ChangeAsync(receipt, seconds: 60);
        _time.Advance(Mailbox.Deadline);

        Assert.Equal(LeaseOutcome.Failed, (await changing.Bounded()).Outcome);
    }

    [Fact]
    public async Task ShortestLife_IsThatOfTheMessageThatExpiresFirst_OfThoseThatLive()
    {
        Receipt[] receipts =
        [
            await SendAndReceiveAsync(life: 30), await SendAndReceiveAsync(life: 90), await SendAndReceiveAsync(life: null),
            WithoutTimes(await SendAndReceiveAsync(life: 10)),
        ];
        var leases = new Leases(_time);

        Assert.Equal(TimeSpan.FromSeconds(30), leases.ShortestLife(receipts));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(60), leases.ShortestLife(receipts));
        Assert.Equal(TimeSpan.MaxValue, leases.ShortestLife([receipts[0]]));
        Assert.True(leases.ShortestLife([receipts[3]]) > TimeSpan.FromDays(7));
    }

    private async Task<Receipt> SendAndReceiveAsync(int? life)
    {
        await Mailbox.SendAsync(Named.Message("x"), TimeSpan.FromSeconds(life ?? -1));
        return AsGivenBack((await Mailbox.ReceiveAsync(TimeSpan.FromSeconds(10), Mailbox.Deadline))!.Receipt.Text);
    }

    private async Task<LeaseChange> ChangeAsync(Receipt receipt, int seconds) =>
        Assert.Single(await new Leases(_time).ChangeAsync(Mailbox, [receipt], TimeSpan.FromSeconds(seconds)));

    // As an earlier version issued it: the form, 8 bytes of a hash, the message's id, the pop receipt as it is.
    private Receipt WithoutTimes(Receipt receipt)
    {
        var id = Guid.Parse(receipt.QueueMessageId).ToByteArray(bigEndian: true);
        byte[] tagged = [.. id, .. Encoding.Latin1.GetBytes(receipt.PopReceipt)];
        var tag = SHA256.HashData([0, (byte)tagged.Length, .. tagged, .. "alice"u8])[..8];
        return AsGivenBack(Base64Url.EncodeToString([0, .. tag, .. tagged]));
    }

    private Receipt AsGivenBack(string text) => Receipt.TryParse(text, _alice, out var read) ? read : throw new FormatException(text);
}
