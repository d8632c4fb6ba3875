using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class RecallHandleTests
{
    private const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private const string PopReceipt = "AgAAAAMAAAAAAAAAb8OVLmtm1gE=";
    private static readonly Recipient Alice = Named.Recipient("alice");

    [Theory]
    [InlineData(PopReceipt)]
    [InlineData("not base64!")]
    [InlineData("AgAAAAMAAAAAAAAAAMjJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz")]
    public void TryParse_OfAHandle_ReturnsWhatStorageNeeds(string popReceipt)
    {
        var text = RecallHandle.For(Alice, Id, popReceipt).Text;

        Assert.True(RecallHandle.TryParse(text, Alice, out var handle));
        Assert.Equal((Id, popReceipt), (handle.QueueMessageId, handle.PopReceipt));
        Assert.Matches("^[A-Za-z0-9_-]{1,120}$", text);
    }

    [Fact]
    public void TryParse_ForAnotherRecipient_Refuses() =>
        Assert.False(RecallHandle.TryParse(RecallHandle.For(Alice, Id, PopReceipt).Text, Named.Recipient("bob"), out _));

    [Fact]
    public void TryParse_OfAReceipt_Refuses()
    {
        var receipt = Receipt.For(Alice, Id, PopReceipt, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        Assert.False(RecallHandle.TryParse(receipt.Text, Alice, out _));
    }

    [Fact]
    public void ReceiptTryParse_OfAHandle_Refuses() =>
        Assert.False(Receipt.TryParse(RecallHandle.For(Alice, Id, PopReceipt).Text, Alice, out _));

    [Fact]
    public void TryParse_OfAnyOtherText_Refuses()
    {
        var text = RecallHandle.For(Alice, Id, PopReceipt).Text;

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.False(RecallHandle.TryParse(text[..length], Alice, out _)));
        Assert.False(RecallHandle.TryParse($"{text}=", Alice, out _));
        Assert.False(RecallHandle.TryParse("é", Alice, out _));
    }
}
