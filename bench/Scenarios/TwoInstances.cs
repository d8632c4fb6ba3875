using FuncComet.Bench.Measuring;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures pushes at one instance to polls at another.</summary>
internal sealed class TwoInstances : IScenario
{
    public const string ScenarioName = "two-instances";
    public const string Median = "p50, ms";
    public const string Worst = "p99, ms";
    public const string AtPusher = "storage requests for a push, at its instance";

    // Pushes are spaced out, so that latency is measured and not throughput.
    private static readonly TimeSpan BetweenPushes = TimeSpan.FromMilliseconds(30);

    public string Name => ScenarioName;

    public string Description => "latency when the push arrives at one instance and the poll waits at another";

    public static string Row(int held) => $"{held:N0} held";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var system = run.Systems.Stored(instances: 2, pushElsewhere: true);
        await system.StartAsync(cancellationToken);

        // Warm up: create the queues and compile the code.
        await using (var first = await WaitingClients.HoldAsync(system, run.Scale.ElsewhereHeld, spread: false, cancellationToken))
        {
            await Task.WhenAll(Enumerable.Range(0, first.Count).Select(first.PushAsync));
        }

        await using var clients = await WaitingClients.HoldAsync(system, run.Scale.ElsewhereHeld, spread: false, cancellationToken);
        await Task.Delay(run.Scale.Steady, cancellationToken);
        var before = await system.ReadPusherStateAsync(cancellationToken);
        var pushes = new List<Task<TimeSpan>>();
        for (var client = 0; client < clients.Count; client++)
        {
            pushes.Add(clients.PushAsync(client));
            await Task.Delay(BetweenPushes, cancellationToken);
        }

        var samples = new Samples();
        foreach (var time in await Task.WhenAll(pushes))
        {
            samples.Add(time);
        }

        await Task.Delay(run.Scale.Settling, cancellationToken);
        var after = await system.ReadPusherStateAsync(cancellationToken);
        var row = Row(clients.Count);
        run.Report.Add(Name, row, Median, samples.Percentile(0.5));
        run.Report.Add(Name, row, Worst, samples.Percentile(0.99));
        run.Report.Add(Name, row, AtPusher, (after.AllStorageRequests - before.AllStorageRequests) / (double)clients.Count);
        run.Progress($"{row}: p50 {samples.Percentile(0.5):F0} ms, p99 {samples.Percentile(0.99):F0} ms");
    }
}
