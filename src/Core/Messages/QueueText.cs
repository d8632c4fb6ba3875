using System.Text;

namespace FuncComet.Messages;

/// <summary>The text of a queue message, as it was read. Exactly one of the three is set.</summary>
/// <param name="Envelope">Our envelope.</param>
/// <param name="Foreign">Another program's text.</param>
/// <param name="Unreadable">Why the text cannot be read.</param>
internal readonly record struct QueueText(Envelope? Envelope, string? Foreign, string? Unreadable)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a text: as our envelope; as an envelope of another version or a damaged one, which is unreadable, since
    /// its bytes would mean nothing to a client; as base64 of a text, the form that the SDKs write; or as it is.
    /// </summary>
    public static QueueText Read(string text)
    {
        var plain = TryDecodeBase64(text) ?? text;
        return Envelope.TryDecode(text, out var envelope) || Envelope.TryDecode(plain, out envelope)
                ? new QueueText(envelope, null, null)
            : Envelope.IsMarked(text) || Envelope.IsMarked(plain)
                ? new QueueText(null, null, "an envelope of another version, or a damaged one")
            : new QueueText(null, plain, null);
    }

    // Decodes only if the result is a text. "test" is valid base64 too, but of bytes that are no text, so it stays as
    // it is.
    private static string? TryDecodeBase64(string text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        if (text.Length == 0 || text.Length % 4 != 0 || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return null;
        }

        try
        {
            var decoded = StrictUtf8.GetString(bytes, 0, length);
            return decoded.Any(character => char.IsControl(character) && character is not ('\t' or '\r' or '\n')) ? null : decoded;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
