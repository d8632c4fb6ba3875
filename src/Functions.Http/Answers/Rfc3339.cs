using System.Globalization;

namespace FuncComet.Functions.Answers;

internal static class Rfc3339
{
    /// <summary>Formats a time in UTC with milliseconds, as everywhere in the protocol.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Format(DateTimeOffset)"/>
    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;
}
