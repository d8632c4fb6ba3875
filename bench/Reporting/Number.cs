using System.Globalization;

namespace FuncComet.Bench.Reporting;

/// <summary>Formats numbers for the tables, with about three significant digits.</summary>
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
