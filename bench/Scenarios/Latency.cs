using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Measures the time from sending a push to having read the poll's answer. The systems take turns, so that a change of the machine's load
/// affects all of them.
/// </summary>
internal sealed class Latency : IScenario
{
    public const string ScenarioName = "latency";

    // Only these recipients are pushed to, however many clients wait.
    private const int Recipients = 50;

    public string Name => ScenarioName;

    public string Description => "delivery latency, one message at a time, while other polls wait";

    public static string Median(int held) => $"{held:N0} held: p50, ms";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var systems = await RunningSystems.StartAsync([.. run.Compared()], cancellationToken);
        await systems.WarmUpAsync(run.Scale.WarmUp, cancellationToken);
        foreach (var held in run.Scale.LatencyHeld)
        {
            var samples = systems.All.ToDictionary(system => system, _ => new Samples());
            for (var round = 0; round < run.Scale.Rounds; round++)
            {
                foreach (var system in systems.All.Where(system => held <= system.MaxHeld))
                {
                    await MeasureAsync(system, held, samples[system], run.Scale, cancellationToken);
                    var result = $"p50 {samples[system].Percentile(0.5):F2} ms of {samples[system].Count}";
                    run.Progress($"{held:N0} held, round {round + 1} of {run.Scale.Rounds}, {system.Name}: {result}");
                }
            }

            foreach (var (system, times) in samples.Where(pair => pair.Value.Count > 0))
            {
                run.Report.Add(Name, system.Name, Median(held), times.Percentile(0.5));
                run.Report.Add(Name, system.Name, $"{held:N0} held: p99, ms", times.Percentile(0.99));
            }
        }
    }

    private static async Task MeasureAsync(IPushSystem system, int held, Samples samples, Scale scale, CancellationToken cancellationToken)
    {
        await using var clients = await WaitingClients.HoldAsync(system, held, spread: false, cancellationToken);
        await clients.RestAsync();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < scale.LatencySamples && (i == 0 || Stopwatch.GetElapsedTime(began) < scale.LongestSlice); i++)
        {
            var client = i % Math.Min(held, Recipients);
            samples.Add(await clients.PushAsync(client));
            clients.Poll(client);
            await clients.AreHeldAsync(held);
        }
    }
}
