using System.Globalization;
using System.Text;
using FuncComet.Messages;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Messages;

public sealed class QueueTextTests
{
    private const string Plain = "text/plain; charset=utf-8";
    private const string Json = "application/json";
    private const string Bytes = "application/octet-stream";

    // The text on the queue, and what is delivered with None, Base64 and Auto.
    public static TheoryData<string, string, string, string> Texts => new()
    {
        { "", "", "", "" },
        { " \r\n", " \r\n", " \r\n", " \r\n" },
        { "plain text", "plain text", "plain text", "plain text" },
        { "abc", "abc", "abc", "abc" },
        { "a-_b", "a-_b", "a-_b", "a-_b" },
        { "aGVsbG8", "aGVsbG8", "aGVsbG8", "aGVsbG8" },
        { "aGVsbG8=", "aGVsbG8=", "hello", "aGVsbG8=" },
        { " aGVs\r\nbG8=\n", " aGVs\r\nbG8=\n", "hello", " aGVs\r\nbG8=\n" },
        { "YQBi", "YQBi", "a\0b", "YQBi" },
        { "IjEi", "IjEi", "\"1\"", "IjEi" },
        { "MTUwMA==", "MTUwMA==", "1500", "MTUwMA==" },
        { "eyJhIjoxfQ==", "eyJhIjoxfQ==", "{\"a\":1}", "{\"a\":1}" },
        { "eyJhI\r\njoxfQ\t= =", "eyJhI\r\njoxfQ\t= =", "{\"a\":1}", "{\"a\":1}" },
        { "WzFd", "WzFd", "[1]", "[1]" },
        { "WzFdWzFd", "WzFdWzFd", "[1][1]", "WzFdWzFd" },
        { "eyJhIjox", "eyJhIjox", "{\"a\":1", "eyJhIjox" },
        { "{\"a\":1}", "{\"a\":1}", "{\"a\":1}", "{\"a\":1}" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Read_OfAForeignText_DecodesAsTheEncodingSays(string text, string none, string base64, string auto)
    {
        Assert.Equal(none, Encoding.UTF8.GetString(Read(text, ForeignEncoding.None).Bytes.Span));
        Assert.Equal(base64, Encoding.UTF8.GetString(Read(text, ForeignEncoding.Base64).Bytes.Span));
        Assert.Equal(auto, Encoding.UTF8.GetString(Read(text, ForeignEncoding.Auto).Bytes.Span));
    }

    [Theory]
    [InlineData("plain text", Plain)]
    [InlineData("", Plain)]
    [InlineData("null", Plain)]
    [InlineData("{\"a\":1} and more", Plain)]
    [InlineData("{'a':1}", Plain)]
    [InlineData(" [ ] ", Json)]
    [InlineData("{\"a\":[1,2,{\"ü\":null}]}\n", Json)]
    public void Read_OfAForeignText_HasTheTypeThatItsBytesShow(string text, string expected)
    {
        Assert.Equal(expected, Read(text, ForeignEncoding.None).ContentType);
        Assert.Equal(expected, Read(Base64(text), ForeignEncoding.Base64).ContentType);
    }

    [Fact]
    public void Read_OfDeepJson_IsJson() =>
        Assert.Equal(Json, Read($"{new string('[', 32_000)}{new string(']', 32_000)}", ForeignEncoding.Auto).ContentType);

    [Fact]
    public void Read_OfBytesThatAreNoText_DeliversThemOnlyWithBase64()
    {
        var text = Convert.ToBase64String([0xFF, 0x00, 0xFE]);

        var decoded = Read(text, ForeignEncoding.Base64);
        Assert.Equal([0xFF, 0x00, 0xFE], decoded.Bytes.ToArray());
        Assert.Equal(Bytes, decoded.ContentType);
        Assert.Equal(Plain, Read(text, ForeignEncoding.Auto).ContentType);
    }

    [Fact]
    public void Read_OfAnyNumber_WithAuto_DeliversItAsItIs() => Assert.All(
        Enumerable.Range(0, 10_000).Select(number => number.ToString("D4", CultureInfo.InvariantCulture)),
        text => Assert.Equal(text, Encoding.UTF8.GetString(Read(text, ForeignEncoding.Auto).Bytes.Span)));

    [Theory]
    [InlineData(ForeignEncoding.None)]
    [InlineData(ForeignEncoding.Base64)]
    [InlineData(ForeignEncoding.Auto)]
    public void Read_OfOurEnvelope_OnceOrTwiceEncoded_IsOurs(ForeignEncoding encoding)
    {
        var message = Named.Message("hello");
        var text = new Envelope(message).Encode();

        Assert.Equal(message.Id, QueueText.Read(text, encoding).Envelope!.Message.Id);
        Assert.Equal(message.Id, QueueText.Read(Base64(text), encoding).Envelope!.Message.Id);
        Assert.Equal(message.Id, QueueText.Read(Base64(text).Insert(7, "\r\n"), encoding).Envelope!.Message.Id);
    }

    [Theory]
    [InlineData(ForeignEncoding.None)]
    [InlineData(ForeignEncoding.Base64)]
    [InlineData(ForeignEncoding.Auto)]
    public void Read_OfAnEnvelopeOfAnotherVersion_IsUnreadable(ForeignEncoding encoding)
    {
        Assert.NotNull(QueueText.Read(Named.LaterEnvelope, encoding).Unreadable);
        Assert.NotNull(QueueText.Read(Base64(Named.LaterEnvelope), encoding).Unreadable);
        Assert.NotNull(QueueText.Read(new Envelope(Named.Message("x")).Encode()[..28], encoding).Unreadable);
    }

    [Theory]
    [InlineData("FCvFCvFCvFCv")]
    [InlineData("FCv1AAAA")]
    [InlineData("FCv2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Read_OfATextThatBeginsLikeOurs_IsSomebodys(string text)
    {
        Assert.Equal(text, Encoding.UTF8.GetString(Read(text, ForeignEncoding.Auto).Bytes.Span));
        Assert.Equal(text, Encoding.UTF8.GetString(Read(Base64(text), ForeignEncoding.Base64).Bytes.Span));
    }

    [Theory]
    [InlineData("1500", true)]
    [InlineData("aGVsbG8=", true)]
    [InlineData("aGVs\r\nbG8=", false)]
    [InlineData("YQBi", false)]
    [InlineData("test", false)]
    [InlineData("plain text", false)]
    [InlineData("", false)]
    [InlineData("eyJhIjoxfQ==", false)]
    public void Read_WithAuto_TellsWhatTheFirstVersionDecoded(string text, bool expected) =>
        Assert.Equal(expected, QueueText.Read(text, ForeignEncoding.Auto).WasDecodedByFirstVersion);

    private static ForeignBody Read(string text, ForeignEncoding encoding) => QueueText.Read(text, encoding).Foreign!;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
