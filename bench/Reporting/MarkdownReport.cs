using System.Text;
using System.Text.RegularExpressions;
using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Reporting;

/// <summary>
/// Writes the tables of a run. A document has places for them between <c>&lt;!-- bench: name --&gt;</c> and <c>&lt;!-- /bench --&gt;</c>.
/// All places of a platform are filled from the same run, because ratios between figures of different runs mean little. A run leaves the
/// places of the other platforms as they are.
/// </summary>
internal static partial class MarkdownReport
{
    private const string RunName = "run";
    private const string GoalsName = "goals";

    // The places of LocalHost, the first platform, have no prefix.
    private static readonly Dictionary<Platform, string> Prefixes = new()
    {
        [Platform.FunctionsHost] = "host-",
        [Platform.Deployment] = "url-",
    };

    private static string NewLine => Environment.NewLine;

    /// <summary>Writes all tables, for the console.</summary>
    public static string Write(Report report) =>
        string.Join(NewLine, Sections(report).Select(section => $"## {section.Name}{NewLine}{NewLine}{section.Text}"));

    /// <summary>Fills the places that a document has for the tables.</summary>
    public static string Update(string document, Report report)
    {
        var sections = Sections(report).ToDictionary(section => section.Name, section => section.Text);
        return Place().Replace(document, match =>
        {
            if (PlatformOf(match.Groups["name"].Value) != report.Platform)
            {
                return match.Value;
            }

            var text = sections.GetValueOrDefault(match.Groups["name"].Value) ?? $"Not measured in this run.{NewLine}";
            return string.Join(NewLine, match.Groups["begin"].Value, "", text, match.Groups["end"].Value);
        });
    }

    private static IEnumerable<(string Name, string Text)> Sections(Report report) =>
        UnnamedSections(report).Select(section => (Prefixes.GetValueOrDefault(report.Platform, "") + section.Name, section.Text));

    private static Platform PlatformOf(string place) =>
        Prefixes.FirstOrDefault(prefix => place.StartsWith(prefix.Value, StringComparison.Ordinal)).Key;

    private static IEnumerable<(string Name, string Text)> UnnamedSections(Report report)
    {
        var quick = report.Quick ? " **A quick run: its figures mean nothing.**" : "";
        var measured = $"Measured on {report.Date:yyyy-MM-dd} with FuncComet {report.Version} on {report.Label}; {report.Machine}.";
        yield return (RunName, measured + quick + NewLine);
        yield return (GoalsName, Table(
            ["goal", "", "measured", ""],
            Goals.Judge(report).Select(verdict => (string[])[verdict.What, verdict.Goal, Number.Format(verdict.Measured), verdict.Text])));
        foreach (var scenario in report.Figures.GroupBy(figure => figure.Scenario))
        {
            var plot = scenario.Key switch
            {
                Growth.ScenarioName => $"![Storage requests a minute over held polls]({GrowthPlot.FileName}){NewLine}{NewLine}",
                WaitingAtScale.ScenarioName => $"![Storage requests a second over waiting clients]({ScalePlot.FileName}){NewLine}{NewLine}",
                _ => "",
            };
            yield return (scenario.Key, plot + Table(scenario));
        }
    }

    private static string Table(IEnumerable<Figure> figures)
    {
        var columns = figures.Select(figure => figure.Column).Distinct().ToArray();
        return Table(
            ["", .. columns],
            figures.GroupBy(figure => figure.Row).Select(row =>
            {
                var cells = row.ToDictionary(figure => figure.Column, figure => Number.Format(figure.Value));
                return (string[])[row.Key, .. columns.Select(column => cells.GetValueOrDefault(column, ""))];
            }));
    }

    private static string Table(string[] head, IEnumerable<string[]> rows)
    {
        var table = new StringBuilder();
        foreach (var cells in (IEnumerable<string[]>)[head, [.. head.Select(_ => "---")], .. rows])
        {
            table.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
        }

        return table.ToString();
    }

    [GeneratedRegex(@"(?<begin><!-- bench: (?<name>[a-z-]+) -->).*?(?<end><!-- /bench -->)", RegexOptions.Singleline)]
    private static partial Regex Place();
}
