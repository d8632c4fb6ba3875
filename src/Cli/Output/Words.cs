using System.Globalization;

namespace FuncComet.Cli.Output;

/// <summary>Values as a person reads them.</summary>
internal static class Words
{
    public static string Of(bool? value) => value switch { true => "yes", false => "no", _ => "unknown" };

    public static string Of(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "unknown";

    public static string Decimal(double number) => number.ToString("N1", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun, such as <c>1 letter</c>, <c>2 letters</c>.</summary>
    public static string Count(long number, string noun) => $"{Of(number)} {noun}{(number == 1 ? "" : "s")}";

    public static string Dash(string? text) => text is { Length: > 0 } ? text : "-";
}
