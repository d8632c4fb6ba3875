using System.Globalization;
using System.Text;
using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Reporting;

/// <summary>Plots storage requests a minute over held polls as SVG: a line for each number of instances, both axes logarithmic.</summary>
internal static class GrowthPlot
{
    /// <summary>The name of the plot's file, which is written beside the tables.</summary>
    public const string FileName = "growth.svg";

    private const int Width = 720;
    private const int Height = 440;
    private const int Left = 80;
    private const int Right = 140;
    private const int Top = 30;
    private const int Bottom = 60;

    private static readonly string[] Colours = ["#0067b8", "#d35400", "#2e8b57", "#8e44ad"];

    /// <summary>Draws the plot; null if the run has not measured growth.</summary>
    public static string? Draw(Report report, Scale scale)
    {
        var lines = scale.GrowthInstances
            .Select(instances => (Instances: instances, Points: scale.GrowthHeld
                .Select(held => (
                    Held: (double)held,
                    Requests: report.Find(Growth.ScenarioName, Growth.Row(instances, held), Growth.RequestsAMinute) ?? 0))
                .Where(point => point.Held > 0 && point.Requests > 0)
                .ToArray()))
            .Where(line => line.Points.Length > 0)
            .ToArray();
        if (lines.Length == 0)
        {
            return null;
        }

        var all = lines.SelectMany(line => line.Points).ToArray();
        var held = Axis.Of(all.Select(point => point.Held), Left, Width - Right);
        var requests = Axis.Of(all.Select(point => point.Requests), Height - Bottom, Top);
        var svg = new StringBuilder();
        Write(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="13">""");
        Write(svg, $"""<rect width="{Width}" height="{Height}" fill="white"/>""");
        foreach (var value in held.Ticks)
        {
            var x = held.At(value);
            Write(svg, $"""<line x1="{x:F1}" y1="{Top}" x2="{x:F1}" y2="{Height - Bottom}" stroke="#ddd"/>""");
            Write(svg, $"""<text x="{x:F1}" y="{Height - Bottom + 20}" text-anchor="middle">{value:N0}</text>""");
        }

        foreach (var value in requests.Ticks)
        {
            var y = requests.At(value);
            Write(svg, $"""<line x1="{Left}" y1="{y:F1}" x2="{Width - Right}" y2="{y:F1}" stroke="#ddd"/>""");
            Write(svg, $"""<text x="{Left - 8}" y="{y + 4:F1}" text-anchor="end">{value:N0}</text>""");
        }

        Write(svg, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 15}" text-anchor="middle">held polls, idle</text>""");
        var middle = (Top + Height - Bottom) / 2;
        Write(svg, $"""<text transform="translate(18,{middle}) rotate(-90)" text-anchor="middle">storage requests a minute</text>""");
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            var colour = Colours[index % Colours.Length];
            var points = line.Points.Select(point =>
                FormattableString.Invariant($"{held.At(point.Held):F1},{requests.At(point.Requests):F1}"));
            Write(svg, $"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            foreach (var point in line.Points)
            {
                Write(svg, $"""<circle cx="{held.At(point.Held):F1}" cy="{requests.At(point.Requests):F1}" r="3.5" fill="{colour}"/>""");
            }

            var y = Top + 12 + (index * 20);
            var label = $"{line.Instances} {(line.Instances == 1 ? "instance" : "instances")}";
            var x = Width - Right + 12;
            Write(svg, $"""<line x1="{x}" y1="{y}" x2="{x + 20}" y2="{y}" stroke="{colour}" stroke-width="2"/>""");
            Write(svg, $"""<text x="{x + 26}" y="{y + 4}">{label}</text>""");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Write(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>A logarithmic axis from a whole power of ten to another, drawn between two pixel positions.</summary>
    private sealed record Axis(int Lowest, int Highest, int From, int To)
    {
        public IEnumerable<double> Ticks => Enumerable.Range(Lowest, Highest - Lowest + 1).Select(power => Math.Pow(10, power));

        public static Axis Of(IEnumerable<double> values, int from, int to)
        {
            var logs = values.Select(Math.Log10).ToArray();
            var lowest = (int)Math.Floor(logs.Min());
            return new Axis(lowest, Math.Max(lowest + 1, (int)Math.Ceiling(logs.Max())), from, to);
        }

        public double At(double value) => From + ((Math.Log10(value) - Lowest) / (Highest - Lowest) * (To - From));
    }
}
