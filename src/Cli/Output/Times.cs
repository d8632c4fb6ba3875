using System.Globalization;

namespace FuncComet.Cli.Output;

/// <summary>Times as they are printed, in UTC.</summary>
internal static class Times
{
    /// <summary>RFC 3339, as the app's answers have it.</summary>
    public static string Json(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Json(DateTimeOffset? time) => time is { } known ? Json(known) : null;

    /// <summary>For a person, from a time as <see cref="Json(DateTimeOffset?)"/> writes it.</summary>
    public static string TextOf(string? json) =>
        Text(json is null ? null : DateTimeOffset.Parse(json, CultureInfo.InvariantCulture));

    /// <summary>For a person: to the second, and a dash for none.</summary>
    public static string Text(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";
}
