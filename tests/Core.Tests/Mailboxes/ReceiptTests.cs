using System.Security.Cryptography;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class ReceiptTests
{
    private static readonly Recipient Alice = Named.Recipient("alice");
    private static readonly string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private static readonly DateTimeOffset LeaseEnd = new(2026, 1, 2, 3, 5, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Expires = new(2026, 1, 2, 3, 6, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("AgAAAAMAAAAAAAAAb8OVLmtm1gE=")]
    [InlineData("MjNOb3YyMDI2MDg6MDA6MDA0ODNi")]
    [InlineData("not base64!")]
    [InlineData("AgAAAAMAAAAAAAAAb8OVLmtm1gF=")]
    [InlineData("AgAAAAMAAAAAAAAAAMjJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz")]
    public void TryParse_OfAReceipt_ReturnsWhatStorageNeeds(string popReceipt)
    {
        var given = For(popReceipt);

        Assert.True(Receipt.TryParse(given.Text, Alice, out var receipt));
        Assert.Equal(Id, receipt.QueueMessageId);
        Assert.Equal(popReceipt, receipt.PopReceipt);
        Assert.Matches("^[A-Za-z0-9_-]{1,120}$", given.Text);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("Alice")]
    [InlineData("alice ")]
    public void TryParse_ForAnotherRecipient_Refuses(string name)
    {
        Assert.False(Receipt.TryParse(For("AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Text, Named.Recipient(name), out _));
    }

    [Fact]
    public void TryParse_OfAnyOtherText_Refuses()
    {
        var text = For("AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Text;

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.False(Receipt.TryParse(text[..length], Alice, out _)));
        Assert.All(Enumerable.Range(0, text.Length), at =>
        {
            var changed = $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}";
            Assert.False(Receipt.TryParse(changed, Alice, out _));
        });
        Assert.All(
            Enumerable.Range(0, 1_000),
            _ =>
            {
                var random = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(0, 90));
                Assert.False(Receipt.TryParse(Convert.ToBase64String(random), Alice, out var _));
            });
        Assert.False(Receipt.TryParse($"{text}=", Alice, out _));
        Assert.False(Receipt.TryParse($"{text} ", Alice, out _));
        Assert.False(Receipt.TryParse(new string('A', 2_048), Alice, out _));
        Assert.False(Receipt.TryParse("é", Alice, out _));
    }

    // In seconds around the end of the lease; the message expires at 60.
    [Theory]
    [InlineData(-60, true)]
    [InlineData(-2, true)]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(60, false)]
    [InlineData(61, true)]
    public void CountsAsGone_DuringTheLeaseOrAfterTheMessagesLife_IsTrue_WhateverStorageSays(int refusedAt, bool isGone)
    {
        Assert.True(Receipt.TryParse(For("AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Text, Alice, out var receipt));

        Assert.Equal(isGone, receipt.CountsAsGone(LeaseEnd.AddSeconds(refusedAt), isThere: true));
        Assert.Equal(isGone, receipt.CountsAsGone(LeaseEnd.AddSeconds(refusedAt), isThere: false));
    }

    [Fact]
    public void CountsAsGone_OfAReceiptWithoutTimes_IsWhatStorageSays()
    {
        Assert.True(
            Receipt.TryParse("AQW6ywXtAhbmD4-tW9nLRp-hZXCGdyiVDgIAAAADAAAAAAAAAG_DlS5rZtYB", Alice, out var receipt));

        Assert.False(receipt.CountsAsGone(LeaseEnd, isThere: true));
        Assert.True(receipt.CountsAsGone(LeaseEnd, isThere: false));
    }

    [Fact]
    public void CountsAsGone_OfAMessageThatNeverExpires_IsFalseAfterTheLease()
    {
        var receipt = Receipt.For(Alice, Id, "AgAAAAMAAAAAAAAAb8OVLmtm1gE=", LeaseEnd, DateTimeOffset.MaxValue);

        Assert.True(Receipt.TryParse(receipt.Text, Alice, out var read));
        Assert.False(read.CountsAsGone(LeaseEnd.AddYears(50), isThere: false));
    }

    [Fact]
    public void Renew_HasTheNewPopReceiptAndLease_AndTheSameMessageAndExpiry()
    {
        var renewed = For("AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Renew(Alice, "MjNOb3YyMDI2MDg6MDA6MDA0ODNi", LeaseEnd.AddSeconds(20));

        Assert.True(Receipt.TryParse(renewed.Text, Alice, out var read));
        Assert.Equal(Id, read.QueueMessageId);
        Assert.Equal("MjNOb3YyMDI2MDg6MDA6MDA0ODNi", read.PopReceipt);
        Assert.Equal(LeaseEnd.AddSeconds(20), read.LeaseEnd);
        Assert.Equal(Expires, read.Expires);
    }

    // Some storages hide a message beyond its expiry. The message is not there any more by then.
    [Fact]
    public void Renew_BeyondTheMessagesLife_EndsWithIt()
    {
        var renewed = For("AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Renew(Alice, "MjNOb3YyMDI2MDg6MDA6MDA0ODNi", Expires.AddSeconds(1));

        Assert.Equal(Expires, renewed.LeaseEnd);
    }

    [Fact]
    public void Renew_OfAReceiptWithoutTimes_HasALease_AndNoKnownExpiry()
    {
        Assert.True(
            Receipt.TryParse("AQW6ywXtAhbmD4-tW9nLRp-hZXCGdyiVDgIAAAADAAAAAAAAAG_DlS5rZtYB", Alice, out var receipt));
        Assert.Null(receipt.LeaseEnd);

        Assert.True(Receipt.TryParse(receipt.Renew(Alice, "MjNOb3YyMDI2MDg6MDA6MDA0ODNi", LeaseEnd).Text, Alice, out var renewed));

        Assert.Equal(LeaseEnd, renewed.LeaseEnd);
        Assert.True(renewed.CountsAsGone(LeaseEnd.AddSeconds(-2), isThere: false));
        Assert.False(renewed.CountsAsGone(LeaseEnd.AddYears(50), isThere: false));
    }

    private static Receipt For(string popReceipt) => Receipt.For(Alice, Id, popReceipt, LeaseEnd, Expires);
}
