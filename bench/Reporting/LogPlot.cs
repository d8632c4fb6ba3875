using System.Globalization;
using System.Text;

namespace FuncComet.Bench.Reporting;

/// <summary>A plot as SVG, both of whose axes are logarithmic.</summary>
/// <param name="Horizontal">The title of the horizontal axis.</param>
/// <param name="Vertical">The title of the vertical axis.</param>
/// <param name="Lines">The lines; with points whose coordinates are positive.</param>
internal sealed record LogPlot(string Horizontal, string Vertical, IReadOnlyList<LogPlot.Line> Lines)
{
    private const int Width = 720;
    private const int Height = 440;
    private const int Left = 90;
    private const int Right = 140;
    private const int Top = 30;
    private const int Bottom = 60;

    private static readonly string[] Colours = ["#0067b8", "#d35400", "#2e8b57", "#8e44ad"];

    /// <summary>A value of the vertical axis that is marked by a line of its own; null if none is.</summary>
    public Limit? Marked { get; init; }

    /// <summary>Draws it.</summary>
    public string Draw()
    {
        var all = Lines.SelectMany(line => line.Points).ToArray();
        var across = Axis.Of(all.Select(point => point.X), Left, Width - Right);
        var up = Axis.Of(all.Select(point => point.Y), Height - Bottom, Top);
        var svg = new StringBuilder();
        Write(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="13">""");
        Write(svg, $"""<rect width="{Width}" height="{Height}" fill="white"/>""");
        foreach (var value in across.Ticks)
        {
            var x = across.At(value);
            Write(svg, $"""<line x1="{x:F1}" y1="{Top}" x2="{x:F1}" y2="{Height - Bottom}" stroke="#ddd"/>""");
            Write(svg, $"""<text x="{x:F1}" y="{Height - Bottom + 20}" text-anchor="middle">{value:N0}</text>""");
        }

        foreach (var value in up.Ticks)
        {
            var y = up.At(value);
            Write(svg, $"""<line x1="{Left}" y1="{y:F1}" x2="{Width - Right}" y2="{y:F1}" stroke="#ddd"/>""");
            Write(svg, $"""<text x="{Left - 8}" y="{y + 4:F1}" text-anchor="end">{value:N0}</text>""");
        }

        Write(svg, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 15}" text-anchor="middle">{Horizontal}</text>""");
        var middle = (Top + Height - Bottom) / 2;
        Write(svg, $"""<text transform="translate(18,{middle}) rotate(-90)" text-anchor="middle">{Vertical}</text>""");
        DrawLines(svg, across, up);
        DrawMark(svg, across, up);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Write(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private void DrawLines(StringBuilder svg, Axis across, Axis up)
    {
        foreach (var (line, index) in Lines.Select((line, index) => (line, index)))
        {
            var colour = Colours[index % Colours.Length];
            var points = line.Points.Select(point => FormattableString.Invariant($"{across.At(point.X):F1},{up.At(point.Y):F1}"));
            Write(svg, $"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            foreach (var point in line.Points)
            {
                Write(svg, $"""<circle cx="{across.At(point.X):F1}" cy="{up.At(point.Y):F1}" r="3.5" fill="{colour}"/>""");
            }

            var y = Top + 12 + (index * 20);
            var x = Width - Right + 12;
            Write(svg, $"""<line x1="{x}" y1="{y}" x2="{x + 20}" y2="{y}" stroke="{colour}" stroke-width="2"/>""");
            Write(svg, $"""<text x="{x + 26}" y="{y + 4}">{line.Label}</text>""");
        }
    }

    private void DrawMark(StringBuilder svg, Axis across, Axis up)
    {
        if (Marked is not { } limit || !up.Has(limit.Value))
        {
            return;
        }

        var y = up.At(limit.Value);
        Write(svg, $"""<line x1="{Left}" y1="{y:F1}" x2="{Width - Right}" y2="{y:F1}" stroke="#c00" stroke-dasharray="6 4"/>""");
        Write(svg, $"""<text x="{Left + 6}" y="{y - 6:F1}" fill="#c00">{limit.Label}</text>""");
        foreach (var (x, label) in limit.ReachedAt.Where(point => across.Has(point.X)))
        {
            var at = across.At(x);
            Write(svg, $"""<circle cx="{at:F1}" cy="{y:F1}" r="5" fill="none" stroke="#c00" stroke-width="2"/>""");
            Write(svg, $"""<text transform="translate({at + 4:F1},{y + 14:F1}) rotate(50)" fill="#c00">{label}</text>""");
        }
    }

    /// <summary>A line of the plot.</summary>
    public sealed record Line(string Label, IReadOnlyList<(double X, double Y)> Points);

    /// <summary>A value that is marked, and where the lines reach it.</summary>
    public sealed record Limit(double Value, string Label, IReadOnlyList<(double X, string Label)> ReachedAt);

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

        public bool Has(double value) => Math.Log10(value) >= Lowest && Math.Log10(value) <= Highest;
    }
}
