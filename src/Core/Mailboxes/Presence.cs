using System.Globalization;

namespace FuncComet.Mailboxes;

/// <summary>Where polls wait for a recipient, as the mailbox's metadata records it.</summary>
/// <param name="Instance">The instance's name, from <see cref="NewInstance"/>.</param>
/// <param name="Until">When the last of these polls ends, at the latest; to the second.</param>
internal readonly record struct Presence(string Instance, DateTimeOffset Until)
{
    /// <summary>A unique name: 32 hexadecimal digits.</summary>
    public static string NewInstance() => Guid.NewGuid().ToString("N");

    /// <summary>The text in the metadata: <c>instance.seconds</c>, in Unix time.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Instance}.{Until.ToUnixTimeSeconds()}");

    /// <summary>Reads such a text; null for any other.</summary>
    public static Presence? TryParse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && Guid.TryParseExact(text[..dot], "N", out _)
            && long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new Presence(text[..dot], DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;
    }
}
