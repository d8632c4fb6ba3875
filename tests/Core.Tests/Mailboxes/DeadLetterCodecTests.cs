using System.Text;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Testing;

namespace FuncComet.Core.Tests.Mailboxes;

/// <summary>The text of a dead letter, which must stay readable: letters wait until somebody comes to them.</summary>
public sealed class DeadLetterCodecTests
{
    private const string Start =
        """{"rcpt":"al\u0022ice","id":"019ab1c2d3e47f5a8b6c7d8e9f0a1b2c","time":"2025-11-23T19:43:01.988+00:00","deadLettered":""";

    private const string Delivered =
        """
        "deliveries":10,"reason":"a reason","contentType":"text/plain"
        """;

    // Letters as version 0.1.0 and earlier wrote them.
    private const string Ours =
        $$"""{{Start}}"2025-11-24T08:00:00.1234567+00:00",{{Delivered}},"key":"key-1","base64":"aGVsbG8="}""";

    private const string Verbatim =
        $$"""{{Start}}"2025-11-24T08:00:00+00:00",{{Delivered}},"verbatimIn":"text-1"}""";

    private const string OfAnother =
        """{"rcpt":"alice","id":"0d6f7ba59e3c4c6c9f9f0f4c4a4b9a55","time":"2025-11-23T19:43:01+00:00","deadLettered":""";

    private const string Unreadable =
        $$"""
        {{OfAnother}}"2025-11-24T08:00:00+00:00","deliveries":0,"reason":"a reason","base64":"RkN2MkFacXh3dFBrZjFxTGJIMk9ud29iTEFBQQ=="}
        """;

    private const string Foreign =
        $$"""
        {{OfAnother}}"2025-11-24T08:00:00+00:00","deliveries":3,"reason":"why","contentType":"application/json","base64":"eyJhIjoxfQ=="}
        """;

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
    [InlineData(Ours)]
    [InlineData(Verbatim)]
    [InlineData(Unreadable)]
    [InlineData(Foreign)]
    public void Letter_WhenItIsWrittenAgain_HasTheSameText(string text)
    {
        Assert.True(DeadLetter.TryDecode(text, out var letter));

        Assert.Equal(text, letter.Encode());
    }

    [Theory]
    [InlineData(Unreadable, Named.LaterEnvelope)]
    [InlineData(Foreign, """{"a":1}""")]
    public void Letter_OfAnotherMessage_GoesBackAsItsBodySays(string text, string expected)
    {
        Assert.True(DeadLetter.TryDecode(text, out var letter));
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
    [InlineData(Start)]
    public void Text_ThatIsNoLetter_IsNotRead(string text) => Assert.False(DeadLetter.TryDecode(text, out _));

    [Theory]
    [InlineData("\"rcpt\":\"al\\u0022ice\"", "\"rcpt\":null")]
    [InlineData("aGVsbG8=", "not base64")]
    [InlineData("\"deliveries\":10", "\"deliveries\":\"many\"")]
    public void Letter_ThatIsDamaged_IsNotRead(string part, string damaged) =>
        Assert.False(DeadLetter.TryDecode(Ours.Replace(part, damaged, StringComparison.Ordinal), out _));
}
