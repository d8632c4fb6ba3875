using FuncComet.Bench.Costs;
using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Reporting;

/// <summary>Plots storage requests a second over waiting clients: a line for each timeout, and where one storage account is full.</summary>
internal static class ScalePlot
{
    /// <summary>The name of the plot's file, which is written beside the tables.</summary>
    public const string FileName = "scale.svg";

    /// <summary>Draws the plot; null if the run has not computed it.</summary>
    public static string? Draw(Report report)
    {
        var lines = WaitingAtScale.Timeouts
            .Select(timeout => new LogPlot.Line(
                $"polls of {timeout} s",
                [
                    .. from clients in WaitingAtScale.Clients
                       let requests = report.Find(
                           WaitingAtScale.ScenarioName, WaitingAtScale.Row(timeout, clients), WaitingAtScale.RequestsASecond) ?? 0
                       where requests > 0
                       select ((double)clients, requests),
                ]))
            .Where(line => line.Points.Count > 0)
            .ToArray();
        if (lines.Length == 0)
        {
            return null;
        }

        var full = from timeout in WaitingAtScale.Timeouts
                   let clients = report.Find(WaitingAtScale.FullName, WaitingAtScale.FullRow(timeout), WaitingAtScale.FullAt)
                   where clients is not null
                   select (clients.Value, FormattableString.Invariant($"{clients:N0} clients"));
        return new LogPlot("waiting clients", "storage requests a second", lines)
        {
            Marked = new LogPlot.Limit(
                ScaleModel.AccountRequestsASecond,
                FormattableString.Invariant($"one storage account is full: {ScaleModel.AccountRequestsASecond:N0}"),
                [.. full]),
        }.Draw();
    }
}
