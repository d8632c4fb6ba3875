using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace FuncComet.Operations;

/// <summary>A place in a listing of queues, from which a later call continues. Its text is opaque to clients.</summary>
/// <param name="Marker">Storage's marker of the page that the place is in; empty for the first page.</param>
/// <param name="After">The last queue of that page that is done; empty if none is.</param>
public sealed partial record QueuePosition(string Marker, string After)
{
    /// <summary>The maximum length of the text, in characters. Storage's markers have about a hundred.</summary>
    public const int MaxLength = 2_000;

    /// <summary>The requirement, for error messages.</summary>
    public const string Rule = "the next of an earlier answer";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The position as a client sees it: base64url of the queue's name, a line break and the marker.</summary>
    public string Text => Base64Url.EncodeToString(StrictUtf8.GetBytes($"{After}\n{Marker}"));

    /// <summary>Reads a position; false for anything that <see cref="Text"/> cannot have been.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out QueuePosition? position)
    {
        ArgumentNullException.ThrowIfNull(text);
        position = null;
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
        {
            return false;
        }

        try
        {
            var parts = Shape().Match(StrictUtf8.GetString(Base64Url.DecodeFromChars(text)));
            if (parts.Success)
            {
                position = new QueuePosition(parts.Groups["marker"].Value, parts.Groups["after"].Value);
            }
        }
        catch (Exception ex) when (ex is DecoderFallbackException or FormatException)
        {
            // Not UTF-8, or bits that base64url does not use are set.
        }

        return position is not null && position.Text == text;
    }

    // One of the two is there: a listing never continues at its beginning.
    [GeneratedRegex(@"\A(?=..)(?<after>[a-z0-9-]{0,63})\n(?<marker>\P{Cc}*)\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
