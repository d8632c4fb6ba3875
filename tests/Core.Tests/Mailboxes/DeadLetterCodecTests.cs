using System.Text;
using FuncComet.Core.Tests.Versions;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>The text of a dead letter, which must stay readable: letters wait until somebody comes to them.</summary>
public sealed class DeadLetterCodecTests
{
    private static readonly string Ours = Letter("ours");
    private static readonly string Verbatim = Letter("verbatim");
    private static readonly string Foreign = Letter("foreign");

    [Fact]
    public void Letter_OfOneOfOurMessages_IsReadWithAllOfIt()
    {
        Assert.True(DeadLetter.TryDecode(Ours, out var letter));
        Assert.True(letter.TryRead(verbatim: null, out var content));

        Assert.Equal(("al\"ice", 10, "a reason"), (letter.Rcpt, letter.Deliveries, letter.Reason));
        Assert.Equal(new DateTimeOffset(2025, 11, 24, 8, 0, 0, TimeSpan.Zero).AddTicks(1_234_567), letter.DeadLettered);
        Assert.Equal("019ab1c2d3e47f5a8b6c7d8e9f0a1b2c", content.Own!.Id.ToString("N"));
        Assert.Equal(("text/plain", "key-1", "hello"), (content.Own.ContentType, content.Own.Key, content.Own.Text()));
        Assert.True(Envelope.TryDecode(content.QueueText, out var envelope));
        Assert.Equal((content.Own.Id, 0u, 0u), (envelope.Message.Id, envelope.HandedOver, envelope.Returned));
    }

    [Theory]
    [InlineData("unreadable", Named.LaterEnvelope)]
    [InlineData("foreign", """{"a":1}""")]
    public void Letter_OfAnotherMessage_GoesBackAsItsBodySays(string name, string expected)
    {
        Assert.True(DeadLetter.TryDecode(Letter(name), out var letter));
        Assert.True(letter.TryRead(verbatim: null, out var content));

        Assert.Equal((expected, null), (content.QueueText, content.Own));
    }

    [Theory]
    [InlineData("gP8=")]
    [InlineData("AAE=")]
    public void Letter_OfEarlierVersions_WhoseBytesNoQueueMessageCanHold_GoesBackAsBase64(string base64)
    {
        Assert.True(DeadLetter.TryDecode(Foreign.Replace("eyJhIjoxfQ==", base64, StringComparison.Ordinal), out var letter));
        Assert.True(letter.TryRead(verbatim: null, out var content));

        Assert.Equal(base64, content.QueueText);
    }

    [Fact]
    public void Letter_WhoseTextNoQueueMessageCanHold_GoesBackAsItsBodySays()
    {
        var damaged = Foreign.Replace("\"base64\"", "\"text\":\"a\\u0001\",\"base64\"", StringComparison.Ordinal);
        Assert.True(DeadLetter.TryDecode(damaged, out var letter));
        Assert.True(letter.TryRead(verbatim: null, out var content));

        Assert.Equal("a\u0001", letter.Text);
        Assert.Equal("""{"a":1}""", content.QueueText);
    }

    [Fact]
    public void Letter_WithItsTextElsewhere_IsReadFromThat()
    {
        var message = Named.Message("hello");
        Assert.True(DeadLetter.TryDecode(Verbatim, out var letter));

        Assert.Equal("text-1", letter.VerbatimIn);
        Assert.False(letter.TryRead(verbatim: null, out _));
        Assert.True(letter.TryRead(new Envelope(message, HandedOver: 1, Returned: 7).Encode(), out var ours));
        Assert.Equal(new Envelope(message).Encode(), ours.QueueText);
        Assert.True(letter.TryRead("ü 🚀", out var foreign));
        Assert.Equal(("ü 🚀", null), (foreign.QueueText, foreign.Own));
        Assert.Equal("ü 🚀", Encoding.UTF8.GetString(foreign.Body.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"rcpt":"alice"}""")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"rcpt":"alice","id":"019ab1c2d3e47f5a8b6c7d8e9f0a1b2c","time":"2025-11-23T19:43:01.988+00:00","deadLettered":""")]
    public void Text_ThatIsNoLetter_IsNotRead(string text) => Assert.False(DeadLetter.TryDecode(text, out _));

    [Theory]
    [InlineData("\"rcpt\":\"al\\u0022ice\"", "\"rcpt\":null")]
    [InlineData("aGVsbG8=", "not base64")]
    [InlineData("\"deliveries\":10", "\"deliveries\":\"many\"")]
    public void Letter_ThatIsDamaged_IsNotRead(string part, string damaged) =>
        Assert.False(DeadLetter.TryDecode(Ours.Replace(part, damaged, StringComparison.Ordinal), out _));

    private static string Letter(string name) => VersionFile.Read("0.1.0").DeadLetters[name];
}
