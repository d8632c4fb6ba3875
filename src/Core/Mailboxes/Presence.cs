using System.Globalization;

namespace FuncComet.Mailboxes;

/// <summary>Where a poll waits for a recipient, as the metadata of the mailbox says it: the instance, and until when it waits there at most.</summary>
/// <param name="Instance">The instance's name, <see cref="NewInstance"/>.</param>
/// <param name="Until">To the second.</param>
internal readonly record struct Presence(string Instance, DateTimeOffset Until)
{
    /// <summary>A name that no other instance has: 32 hexadecimal digits.</summary>
    public static string NewInstance() => Guid.NewGuid().ToString("N");

    /// <summary>As it is written: <c>instance.seconds</c>, in Unix time.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Instance}.{Until.ToUnixTimeSeconds()}");

    /// <summary>Reads what was written; null for anything else.</summary>
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
