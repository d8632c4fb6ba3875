using System.Diagnostics;
using System.Text.Json;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Systems;
using FuncComet.LocalHost.Storage;

namespace FuncComet.Bench;

/// <summary>Runs scenarios one after the other and writes what they measured.</summary>
/// <param name="scale">How much to measure.</param>
/// <param name="golongpoll">The address of a running golongpoll server; null if there is none.</param>
/// <param name="earlier">The figures of the last run; null if there are none.</param>
/// <param name="messagesAnHour">How many messages each client gets in an hour, where that is a parameter.</param>
/// <param name="progress">Gets the progress of the run.</param>
internal sealed class Bench(Scale scale, Uri? golongpoll, EarlierFigures? earlier, double messagesAnHour, TextWriter progress)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>All scenarios, in the order in which they run.</summary>
    public static IReadOnlyList<IScenario> Scenarios { get; } =
    [
        new Startup(),
        new Latency(),
        new Throughput(),
        new TwoInstances(),
        new StorageRequests(),
        new Memory(),
        new Cpu(),
        new Growth(),
        new CostTable(),
        new WaitingAtScale(),
    ];

    public async Task<Report> RunAsync(IReadOnlyList<IScenario> scenarios, CancellationToken cancellationToken)
    {
        var report = new Report { Quick = scale == Scale.Quick };
        foreach (var (scenario, index) in scenarios.Select((scenario, index) => (scenario, index)))
        {
            Say($"{scenario.Name} ({index + 1} of {scenarios.Count}): {scenario.Description}");

            // Each scenario gets a fresh storage, so that queues left by one do not slow the next.
            var data = AzuriteServer.NewPassingData();
            try
            {
                await using var azurite = await AzuriteServer.StartAsync(queuePort: 0, data, progress, cancellationToken);
                var systems = new SystemFactory(azurite.ConnectionString, golongpoll);
                var run = new Run(scale, systems, report, earlier, messagesAnHour, line => Say($"  {line}"));
                await scenario.RunAsync(run, cancellationToken);
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
        var results = new { report.Date, report.Version, report.Machine, report.Quick, Goals = Goals.Judge(report), report.Figures };
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
