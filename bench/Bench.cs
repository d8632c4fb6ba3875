using System.Diagnostics;
using System.Text.Json;
using FuncComet.Bench.Deployments;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;
using FuncComet.LocalHost.Storage;

namespace FuncComet.Bench;

/// <summary>Runs scenarios one after the other and writes what they measured.</summary>
/// <param name="plan">What is measured.</param>
/// <param name="scale">How much of it.</param>
/// <param name="earlier">The figures of the last run; null if there are none.</param>
/// <param name="messagesAnHour">How many messages each client gets in an hour, where that is a parameter.</param>
/// <param name="progress">Gets the progress of the run.</param>
internal sealed class Bench(Plan plan, Scale scale, EarlierFigures? earlier, double messagesAnHour, TextWriter progress)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Runs these scenarios of the plan; all if none is named.</summary>
    public async Task<Report> RunAsync(IReadOnlyCollection<string> names, string label, CancellationToken cancellationToken)
    {
        var report = new Report { Platform = plan.Platform, Label = label, Quick = scale == Scale.Quick };
        var scenarios = plan.Scenarios.Where(scenario => names.Count == 0 || names.Contains(scenario.Name)).ToArray();
        foreach (var (scenario, index) in scenarios.Select((scenario, index) => (scenario, index)))
        {
            Say($"{scenario.Name} ({index + 1} of {scenarios.Length}): {scenario.Description}");
            if (plan.Platform == Platform.Deployment)
            {
                // It has a storage.
                await RunAsync(scenario, storage: "", report, cancellationToken);
                continue;
            }

            // Each scenario gets a fresh storage, so that queues left by one do not slow the next.
            var data = AzuriteServer.NewPassingData();
            try
            {
                await using var azurite = await AzuriteServer.StartAsync(queuePort: 0, data, progress, cancellationToken);
                await RunAsync(scenario, azurite.ConnectionString, report, cancellationToken);
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }

        return report;
    }

    /// <summary>Writes tables.md, results.json and the plots of what was measured.</summary>
    public async Task WriteAsync(Report report, string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "tables.md"), MarkdownReport.Write(report));
        var results = new
        {
            report.Date,
            report.Version,
            report.Label,
            report.Machine,
            report.Quick,
            Goals = Goals.Judge(report),
            report.Figures,
        };
        await File.WriteAllTextAsync(Path.Combine(folder, EarlierFigures.FileName), JsonSerializer.Serialize(results, Indented));
        await DrawAsync(report, folder);
    }

    /// <summary>Fills the tables into documents and writes the plots beside them.</summary>
    public async Task UpdateAsync(Report report, IEnumerable<FileInfo> documents)
    {
        foreach (var document in documents)
        {
            var text = await File.ReadAllTextAsync(document.FullName);
            await File.WriteAllTextAsync(document.FullName, MarkdownReport.Update(text, report));
            await DrawAsync(report, document.DirectoryName!);
        }
    }

    private Task RunAsync(IScenario scenario, string storage, Report report, CancellationToken cancellationToken)
    {
        var run = new Run(
            scale,
            () => plan.Compared(storage),
            plan.Systems(storage),
            new HostSystems(storage),
            report,
            earlier,
            messagesAnHour,
            line => Say($"  {line}"));
        return scenario.RunAsync(run, cancellationToken);
    }

    private async Task DrawAsync(Report report, string folder)
    {
        if (GrowthPlot.Draw(report, scale) is { } svg)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, GrowthPlot.FileName), svg);
        }

        if (ScalePlot.Draw(report) is { } atScale)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, ScalePlot.FileName), atScale);
        }
    }

    private void Say(string line) => progress.WriteLine($"[{Stopwatch.GetElapsedTime(_began):mm\\:ss}] {line}");
}
