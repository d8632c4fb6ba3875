using FuncComet.Mailboxes;

namespace FuncComet.Core.Tests.Mailboxes;

public sealed class PresenceTests
{
    [Fact]
    public void ToString_IsTheInstanceAndTheUnixTime()
    {
        var presence = new Presence("0123456789abcdef0123456789abcdef", DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

        Assert.Equal("0123456789abcdef0123456789abcdef.1800000000", presence.ToString());
        Assert.Equal(presence, Presence.TryParse("0123456789abcdef0123456789abcdef.1800000000"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef.")]
    [InlineData("0123456789abcdef0123456789abcdef.-1")]
    [InlineData("0123456789abcdef0123456789abcdef.99999999999999999")]
    [InlineData("../0123456789abcdef0123456789a.1800000000")]
    [InlineData("dead-letters.1800000000")]
    public void TryParse_OfAnythingElse_IsNull(string text) => Assert.Null(Presence.TryParse(text));
}
