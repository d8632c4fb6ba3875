using System.Diagnostics;
using FuncComet.Bench.Deployments;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures the time from starting a Functions host until its app has answered its first request.</summary>
internal sealed class HostStartup : IScenario
{
    public const string ScenarioName = "startup";
    public const string First = "first answer: p50, ms";

    public string Name => ScenarioName;

    public string Description => "the first 202 after a start, and the floor's first answer";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var times = new Dictionary<string, Samples> { [SystemNames.Stored] = new(), [SystemNames.Floor] = new() };
        for (var start = 0; start < run.Scale.Starts; start++)
        {
            await MeasureAsync(run.Hosts.Stored(), () => AppSystem.Push("first"), times[SystemNames.Stored], cancellationToken);
            await MeasureAsync(run.Hosts.Floor(), FloorSystem.Call, times[SystemNames.Floor], cancellationToken);
            run.Progress($"start {start + 1} of {run.Scale.Starts}");
        }

        foreach (var (name, samples) in times)
        {
            run.Report.Add(Name, name, First, samples.Percentile(0.5));
        }
    }

    private static async Task MeasureAsync(
        AppOnHost app,
        Func<HttpRequestMessage> first,
        Samples samples,
        CancellationToken cancellationToken)
    {
        await using (app)
        {
            await app.PublishAsync();
            var began = Stopwatch.GetTimestamp();
            await app.StartAsync(first, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(began));
        }
    }
}
