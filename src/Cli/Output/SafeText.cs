using System.Globalization;
using System.Text;

namespace FuncComet.Cli.Output;

/// <summary>
/// Text from messages and names, made harmless for a terminal: a control character would clear the screen, set the title or type an answer,
/// and a character that reverses the direction would show another text than there is. They are shown as <c>\u{1b}</c>.
/// </summary>
internal static class SafeText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Text of one line: line breaks and tabs are shown as such characters, too.</summary>
    public static string OfLine(string text) => Escape(text, keepsLines: false);

    /// <summary>Text of several lines.</summary>
    public static string OfLines(string text) => Escape(text.ReplaceLineEndings("\n"), keepsLines: true);

    /// <summary>A body as text; a line that says so if it is none.</summary>
    public static string OfBody(ReadOnlySpan<byte> body, string? contentType) =>
        TryReadText(body) is { } text
            ? OfLines(text)
            : $"({body.Length} bytes of {OfLine(contentType ?? "an unknown content type")})";

    /// <summary>Reads UTF-8; null if it is none, or if it has a zero, which text does not.</summary>
    public static string? TryReadText(ReadOnlySpan<byte> body)
    {
        if (body.Contains((byte)0))
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Escape(string text, bool keepsLines)
    {
        var safe = new StringBuilder(text.Length);

        // An unpaired surrogate is enumerated as U+FFFD.
        foreach (var rune in text.EnumerateRunes())
        {
            if (keepsLines && rune.Value is '\n' or '\t')
            {
                safe.Append(rune);
            }
            else if (IsHarmful(rune))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                safe.Append(rune);
            }
        }

        return safe.ToString();
    }

    private static bool IsHarmful(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || IsBidirectionalControl(rune.Value);

    private static bool IsBidirectionalControl(int value) =>
        value is 0x061c or 0x200e or 0x200f or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069);
}
