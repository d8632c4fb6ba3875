using System.Security.Cryptography;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class ReceiptTests
{
    private static readonly Recipient Alice = Named.Recipient("alice");
    private static readonly string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";

    [Theory]
    [InlineData("AgAAAAMAAAAAAAAAb8OVLmtm1gE=")]
    [InlineData("MjNOb3YyMDI2MDg6MDA6MDA0ODNi")]
    [InlineData("not base64!")]
    [InlineData("AgAAAAMAAAAAAAAAb8OVLmtm1gF=")]
    public void TryParse_OfAReceipt_ReturnsWhatStorageNeeds(string popReceipt)
    {
        var given = Receipt.For(Alice, Id, popReceipt);

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
        Assert.False(Receipt.TryParse(Receipt.For(Alice, Id, "AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Text, Named.Recipient(name), out _));
    }

    [Fact]
    public void TryParse_OfAnyOtherText_Refuses()
    {
        var text = Receipt.For(Alice, Id, "AgAAAAMAAAAAAAAAb8OVLmtm1gE=").Text;

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
}
