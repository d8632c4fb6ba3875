using FuncComet.Recipients;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Recipients;

public sealed class RecipientTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b?c=d&e")]
    [InlineData("a+b@x.org")]
    [InlineData("Ünïcode 🚀")]
    [InlineData(" ")]
    public void TryParse_WhenNameIsValid_KeepsIt(string name)
    {
        Assert.True(Recipient.TryParse(name, out var recipient));
        Assert.Equal(name, recipient.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("\u007f")]
    [InlineData("\u0085")]
    public void TryParse_WhenNameIsInvalid_Refuses(string name)
    {
        Assert.False(Recipient.TryParse(name, out var recipient));
        Assert.Null(recipient);
    }

    // Not inline data, since attributes hold UTF-8, which has no lone surrogates.
    [Fact]
    public void TryParse_WhenNameHasALoneSurrogate_Refuses()
    {
        Assert.False(Recipient.TryParse("\ud800", out _));
        Assert.False(Recipient.TryParse("\udc00\ud800", out _));
    }

    [Fact]
    public void TryParse_CountsBytesNotCharacters()
    {
        Assert.True(Recipient.TryParse(new string('a', 256), out _));
        Assert.False(Recipient.TryParse(new string('a', 257), out _));
        Assert.True(Recipient.TryParse(string.Concat(Enumerable.Repeat("🚀", 64)), out _));
        Assert.False(Recipient.TryParse(string.Concat(Enumerable.Repeat("🚀", 64)) + "a", out _));
    }

    [Theory]
    [InlineData("alice", "Alice")]
    [InlineData("alice", "alice ")]
    [InlineData("\u00e9", "e\u0301")]
    public void Equals_WhenBytesDiffer_IsFalse(string one, string other)
    {
        Assert.NotEqual(Named.Recipient(one), Named.Recipient(other));
        Assert.NotEqual(Named.Recipient(one).QueueName("fc"), Named.Recipient(other).QueueName("fc"));
    }

    [Fact]
    public void QueueName_IsPrefixAndBase32OfSha256()
    {
        // echo -n alice | sha256sum | xxd -r -p | base32 | tr A-Z a-z | tr -d =
        Assert.Equal("fc-fpmansl7byak6gq7ymzi7j3dvetjoi6i3oh2yt4tv5y5wgdnn2ia", Named.Recipient("alice").QueueName("fc"));
    }

    [Fact]
    public void QueueName_WithTheLongestPrefix_FitsStorage()
    {
        Assert.Equal(63, Named.Recipient("alice").QueueName("abcdefghij").Length);
    }

    [Fact]
    public void DeadLetterQueueName_IsTheStartOfTheSameHash()
    {
        Assert.Equal("fc-dead-fpmansl7byak6gq7ymzi7j3dvetjoi6i3oh2yt4t", Named.Recipient("alice").DeadLetterQueueName("fc"));
        Assert.InRange(Named.Recipient("alice").DeadLetterQueueName("abcdefghij").Length, 3, 63);
    }
}
