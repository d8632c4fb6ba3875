using System.Text;

namespace FuncComet.Messages;

/// <summary>What the text of a queue message turns out to be.</summary>
/// <param name="Envelope">Ours; null where it is not.</param>
/// <param name="Foreign">Another program's text; null where it is ours or cannot be read.</param>
/// <param name="Unreadable">Why it cannot be read; null where it can.</param>
internal readonly record struct QueueText(Envelope? Envelope, string? Foreign, string? Unreadable)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a text: our envelope; what looks like one of another version or is damaged (dead-lettered: its bytes would mean nothing to a client); base64
    /// of a text, as the SDKs write it; else the text itself.
    /// </summary>
    public static QueueText Read(string text)
    {
        var plain = TryDecodeBase64(text) ?? text;
        return Envelope.TryDecode(text, out var envelope) || Envelope.TryDecode(plain, out envelope) ? new QueueText(envelope, null, null)
            : Envelope.IsMarked(text) || Envelope.IsMarked(plain) ? new QueueText(null, null, "an envelope of another version, or a damaged one")
            : new QueueText(null, plain, null);
    }

    // Only where the result is a text: "test" is base64 as well, of bytes that are none, and stays what it is.
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
