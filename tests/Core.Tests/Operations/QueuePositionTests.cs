using System.Buffers.Text;
using System.Text;
using FuncComet.Operations;

namespace FuncComet.Core.Tests.Operations;

public sealed class QueuePositionTests
{
    [Theory]
    [InlineData("", "fc-abc")]
    [InlineData("/account/fc-abc", "")]
    [InlineData("2!84!MDAwMDEy/grüß 🚀", "fc-abc")]
    public void TryParse_WhenItIsThePositionsText_GivesThePosition(string marker, string after)
    {
        var position = new QueuePosition(marker, after);

        Assert.True(QueuePosition.TryParse(position.Text, out var parsed));
        Assert.Equal(position, parsed);
    }

    [Fact]
    public void Text_IsBase64UrlOfTheNameAndTheMarker() => Assert.Equal("YQpi", new QueuePosition("b", "a").Text);

    [Theory]
    [InlineData("a")] // no length of base64url
    [InlineData("YQpi=")]
    [InlineData("YQ pi")]
    [InlineData("YQ+i")]
    [InlineData("grüß")]
    [InlineData("CmF")] // with a bit that is not used
    [InlineData("Cg")] // neither a name nor a marker
    [InlineData("YWI")] // no line break
    public void TryParse_WhenItIsNoText_IsFalse(string text) => Assert.False(QueuePosition.TryParse(text, out _));

    [Theory]
    [InlineData("Upper\nmarker")]
    [InlineData("under_score\nmarker")]
    [InlineData("a\nmarker\nmore")]
    [InlineData("a\nmar\0ker")]
    [InlineData("a23456789-123456789-123456789-123456789-123456789-123456789-1234\n")]
    public void TryParse_WhenItsPartsAreNone_IsFalse(string parts) =>
        Assert.False(QueuePosition.TryParse(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(parts)), out _));

    [Fact]
    public void TryParse_WhenItIsNotUtf8_IsFalse() => Assert.False(QueuePosition.TryParse(Base64Url.EncodeToString([0x0A, 0xFF]), out _));

    [Fact]
    public void TryParse_WhenItIsTooLong_IsFalse()
    {
        Assert.True(QueuePosition.TryParse(new QueuePosition(new string('m', 1_499), "").Text, out _));
        Assert.False(QueuePosition.TryParse(new QueuePosition(new string('m', 1_500), "").Text, out _));
    }
}
