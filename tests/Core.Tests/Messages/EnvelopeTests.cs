using FuncComet.Messages;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Messages;

public sealed class EnvelopeTests
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void TryDecode_OfAnEncodedEnvelope_ReturnsIt()
    {
        var sent = Message.Create(TimeProvider.System, "text/x-test; charset=utf-8", "key-1", AllBytes) with { TraceParent = TraceParent };

        Assert.True(Envelope.TryDecode(new Envelope(sent, HandedOver: 1, Returned: 70_000).Encode(), out var envelope));

        Assert.Equal(sent.Id, envelope.Message.Id);
        Assert.Equal(sent.Time, envelope.Message.Time);
        Assert.Equal("text/x-test; charset=utf-8", envelope.Message.ContentType);
        Assert.Equal("key-1", envelope.Message.Key);
        Assert.Equal(TraceParent, envelope.Message.TraceParent);
        Assert.Equal(AllBytes, envelope.Message.Body.ToArray());
        Assert.Equal(1u, envelope.HandedOver);
        Assert.Equal(70_000u, envelope.Returned);
    }

    [Fact]
    public void TryDecode_OfEmptyBodyAndNoKey_ReturnsThem()
    {
        var message = Message.Create(TimeProvider.System, "a/b", key: null, Array.Empty<byte>());
        Assert.True(Envelope.TryDecode(new Envelope(message).Encode(), out var envelope));

        Assert.Equal(0, envelope.Message.Body.Length);
        Assert.Null(envelope.Message.Key);
    }

    [Fact]
    public void Encode_OfTheLargestMessage_FitsAQueueMessage()
    {
        var message = Message.Create(TimeProvider.System, new string('t', 200), new string('k', 128), new byte[48_000]);
        var largest = message with { TraceParent = TraceParent };

        Assert.InRange(new Envelope(largest).Encode().Length, 64_000, 65_536);
    }

    [Fact]
    public void Encode_BeginsWithAReadableMark()
    {
        Assert.StartsWith("FCv1", new Envelope(Named.Message("x")).Encode(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("test")]
    [InlineData("FCv1")]
    [InlineData("FCv1 and more that is no base64")]
    [InlineData("FCv1AAAA")]
    [InlineData("FCv2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void TryDecode_OfAnythingElse_Refuses(string text)
    {
        Assert.False(Envelope.TryDecode(text, out _));
    }

    [Fact]
    public void TryDecode_OfATruncatedHeader_Refuses()
    {
        var bytes = Convert.FromBase64String(new Envelope(Named.Message("")).Encode());

        Assert.All(
            Enumerable.Range(0, bytes.Length),
            length => Assert.False(Envelope.TryDecode(Convert.ToBase64String(bytes.AsSpan(0, length)), out _)));
        Assert.True(Envelope.TryDecode(Convert.ToBase64String(bytes), out _));
    }

    [Fact]
    public void TryDecode_OfAnIdThatIsNoTime_Refuses()
    {
        var bytes = Convert.FromBase64String(new Envelope(Named.Message("x")).Encode());
        bytes.AsSpan(3, 6).Fill(0xFF);

        Assert.False(Envelope.TryDecode(Convert.ToBase64String(bytes), out _));
    }

    [Theory]
    [InlineData(6, 0x40)]
    [InlineData(6, 0x10)]
    [InlineData(8, 0x00)]
    [InlineData(8, 0xC0)]
    public void TryDecode_OfAnIdThatIsNoUuidOfVersion7_Refuses(int at, byte value)
    {
        var bytes = Convert.FromBase64String(new Envelope(Named.Message("x")).Encode());
        bytes[3 + at] = value;

        Assert.False(Envelope.TryDecode(Convert.ToBase64String(bytes), out _));
        Assert.False(Envelope.IsOfSomeVersion(Convert.ToBase64String(bytes)));
    }

    [Theory]
    [InlineData('0')]
    [InlineData('2')]
    [InlineData('9')]
    public void IsOfSomeVersion_OfAHeaderWithAnotherDigit_IsTrue(char version)
    {
        var text = new Envelope(Named.Message("x")).Encode();

        Assert.True(Envelope.IsOfSomeVersion($"FCv{version}{text[4..]}"));
        Assert.True(Envelope.IsOfSomeVersion($"FCv{version}{text[4..28]}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FCv")]
    [InlineData("FCv1")]
    [InlineData("FCv1AAAA")]
    [InlineData("FCvABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")]
    [InlineData("FCv2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("FCv1 is not always ours")]
    public void IsOfSomeVersion_OfSomebodysText_IsFalse(string text) => Assert.False(Envelope.IsOfSomeVersion(text));

    [Fact]
    public void IsOfSomeVersion_OfALetterOrTooFewBytes_IsFalse()
    {
        var text = new Envelope(Named.Message("x")).Encode();

        Assert.False(Envelope.IsOfSomeVersion($"FCvA{text[4..]}"));
        Assert.False(Envelope.IsOfSomeVersion(text[..24]));
        Assert.False(Envelope.IsOfSomeVersion($"{text[4..]}"));
    }

    [Fact]
    public void Create_TakesItsTimeFromTheClock()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

        var message = Message.Create(time, "a/b", key: null, Array.Empty<byte>());
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), message.Time);
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("anything printable; a=\"b\"", true)]
    [InlineData("", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\r\nb", false)]
    [InlineData("é", false)]
    public void IsContentType_AcceptsPrintableAscii(string value, bool expected)
    {
        Assert.Equal(expected, Message.IsContentType(value));
    }

    [Theory]
    [InlineData("order-17", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    public void IsKey_AcceptsVisibleAscii(string value, bool expected)
    {
        Assert.Equal(expected, Message.IsKey(value));
    }

    [Fact]
    public void IsContentTypeAndIsKey_LimitTheLength()
    {
        Assert.True(Message.IsContentType(new string('a', 200)));
        Assert.False(Message.IsContentType(new string('a', 201)));
        Assert.True(Message.IsKey(new string('a', 128)));
        Assert.False(Message.IsKey(new string('a', 129)));
    }
}
