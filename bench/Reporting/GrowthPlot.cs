using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Reporting;

/// <summary>Plots storage requests a minute over held polls: a line for each number of instances.</summary>
internal static class GrowthPlot
{
    /// <summary>The name of the plot's file, which is written beside the tables.</summary>
    public const string FileName = "growth.svg";

    /// <summary>Draws the plot; null if the run has not measured growth.</summary>
    public static string? Draw(Report report, Scale scale)
    {
        var lines = scale.GrowthInstances
            .Select(instances => new LogPlot.Line(
                $"{instances} {(instances == 1 ? "instance" : "instances")}",
                [
                    .. from held in scale.GrowthHeld
                       let requests = report.Find(Growth.ScenarioName, Growth.Row(instances, held), Growth.RequestsAMinute) ?? 0
                       where held > 0 && requests > 0
                       select ((double)held, requests),
                ]))
            .Where(line => line.Points.Count > 0)
            .ToArray();
        return lines.Length == 0 ? null : new LogPlot("held polls, idle", "storage requests a minute", lines).Draw();
    }
}
