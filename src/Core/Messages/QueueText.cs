using System.Text;
using System.Text.Unicode;

namespace FuncComet.Messages;

/// <summary>The text of a queue message, as it was read. Exactly one of the three is set.</summary>
/// <param name="Envelope">Our envelope.</param>
/// <param name="Foreign">Another program's message.</param>
/// <param name="Unreadable">Why the text cannot be read.</param>
internal readonly record struct QueueText(Envelope? Envelope, ForeignBody? Foreign, string? Unreadable)
{
    /// <summary>Whether it is delivered as it is, although the first version of this app would have decoded it.</summary>
    public bool WasDecodedByFirstVersion { get; private init; }

    /// <summary>
    /// Reads a text: as our envelope; as an envelope of another version or a damaged one, which is unreadable, since
    /// its bytes would mean nothing to a client; or as another program's message. Our envelope may be encoded once more.
    /// </summary>
    public static QueueText Read(string text, ForeignEncoding encoding)
    {
        if (Envelope.TryDecode(text, out var envelope))
        {
            return new QueueText(envelope, null, null);
        }

        var decoded = TryDecodeBase64(text, out var bytes);
        var inner = decoded && bytes.Span.StartsWith(Envelope.Mark) ? Encoding.Latin1.GetString(bytes.Span) : "";
        if (Envelope.TryDecode(inner, out envelope))
        {
            return new QueueText(envelope, null, null);
        }

        if (Envelope.IsOfSomeVersion(text) || Envelope.IsOfSomeVersion(inner))
        {
            return new QueueText(null, null, "an envelope of another version, or a damaged one");
        }

        var foreign = decoded && encoding != ForeignEncoding.None ? ForeignBody.Of(bytes) : null;
        return foreign is not null && (encoding == ForeignEncoding.Base64 || foreign.IsJson)
            ? new QueueText(null, foreign, null)
            : new QueueText(null, ForeignBody.Of(text), null)
            {
                WasDecodedByFirstVersion = decoded && text.Length % 4 == 0 && IsPrintable(bytes.Span),
            };
    }

    // Skips blanks and line breaks, as Convert does. Nothing but blanks is a text and not an empty message.
    private static bool TryDecodeBase64(string text, out ReadOnlyMemory<byte> decoded)
    {
        var bytes = new byte[text.Length / 4 * 3];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var length) && length > 0;
        decoded = bytes.AsMemory(0, length);
        return isBase64;
    }

    private static bool IsPrintable(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes)
        && !Encoding.UTF8.GetString(bytes).Any(character => char.IsControl(character) && character is not ('\t' or '\r' or '\n'));
}
