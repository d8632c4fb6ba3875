using System.Globalization;

namespace FuncComet.Functions.Answers;

internal static class Rfc3339
{
    /// <summary>UTC to the millisecond, as all times of the protocol are written.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
