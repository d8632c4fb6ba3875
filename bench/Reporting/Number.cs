using System.Globalization;

namespace FuncComet.Bench.Reporting;

/// <summary>Numbers as the tables show them: about three digits that count.</summary>
internal static class Number
{
    public static string Format(double value) => value.ToString(
        Math.Abs(value) switch
        {
            0 => "0",
            >= 100 => "N0",
            >= 10 => "0.#",
            >= 0.1 => "0.##",
            _ => "0.####",
        },
        CultureInfo.InvariantCulture);
}
