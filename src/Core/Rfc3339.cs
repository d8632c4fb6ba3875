using System.Globalization;

namespace FuncComet;

/// <summary>The form in which all times are written for clients and applications (RFC 3339).</summary>
public static class Rfc3339
{
    /// <summary>Formats a time in UTC with milliseconds.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Format(DateTimeOffset)"/>
    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;
}
