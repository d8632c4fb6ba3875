using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures deliveries a second, with enough concurrent pushes to keep the machine busy.</summary>
internal sealed class Throughput : IScenario
{
    public const string ScenarioName = "throughput";

    /// <summary>Many clients wait, and each of them gets a message.</summary>
    public const string ToWaiting = "to polls that wait, messages/s";

    /// <summary>A few clients poll again as soon as they have their message, and get the next message at once.</summary>
    public const string PollingAgain = "to clients that poll again at once, messages/s";

    /// <summary>The storage requests for each of these messages.</summary>
    public const string RequestsPollingAgain = "to clients that poll again at once, storage requests for a message";

    private const int Pushers = 32;
    private const int MaxPasses = 5;

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    public string Name => ScenarioName;

    public string Description => "deliveries a second";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var systems = await RunningSystems.StartAsync([.. run.Compared()], cancellationToken);
        await systems.WarmUpAsync(run.Scale.WarmUp, cancellationToken);
        var rates = systems.All.ToDictionary(
            system => system,
            _ => (ToWaiting: new List<double>(), PollingAgain: new List<double>(), Requests: new List<double>()));
        for (var round = 1; round <= run.Scale.Rounds; round++)
        {
            foreach (var system in systems.All)
            {
                var toWaiting = await PushToWaitingAsync(system, Math.Min(run.Scale.ThroughputHeld, system.MaxHeld), cancellationToken);
                var (pollingAgain, requests) = await PollAgainAsync(system, run.Scale.Sustained, cancellationToken);
                var result = $"{toWaiting:N0}/s to waiting polls, {pollingAgain:N0}/s to clients that poll again";
                run.Progress($"round {round} of {run.Scale.Rounds}, {system.Name}: {result}");
                rates[system].ToWaiting.Add(toWaiting);
                rates[system].PollingAgain.Add(pollingAgain);
                rates[system].Requests.AddRange(requests is { } forEach ? [forEach] : []);
            }
        }

        foreach (var (system, rate) in rates)
        {
            run.Report.Add(Name, system.Name, ToWaiting, rate.ToWaiting.Average());
            run.Report.Add(Name, system.Name, PollingAgain, rate.PollingAgain.Average());
            if (rate.Requests.Count > 0)
            {
                run.Report.Add(Name, system.Name, RequestsPollingAgain, rate.Requests.Average());
            }
        }
    }

    private static async Task<double> PushToWaitingAsync(IPushSystem system, int held, CancellationToken cancellationToken)
    {
        await using var clients = await WaitingClients.HoldAsync(system, held, spread: false, cancellationToken);

        // A system that keeps messages in memory delivers them all too quickly to measure one pass.
        var passes = 0;
        var taken = TimeSpan.Zero;
        do
        {
            if (passes++ > 0)
            {
                await clients.PollAllAsync();
            }

            await clients.RestAsync();
            var began = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, held),
                new ParallelOptions { MaxDegreeOfParallelism = Pushers, CancellationToken = cancellationToken },
                async (client, _) => await clients.PushAsync(client));
            taken += Stopwatch.GetElapsedTime(began);
        }
        while (taken < LongEnough && passes < MaxPasses);

        return passes * held / taken.TotalSeconds;
    }

    /// <summary>Returns the deliveries a second, and the storage requests for each; null if they are not counted.</summary>
    private static async Task<(double Rate, double? Requests)> PollAgainAsync(
        IPushSystem system, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var clients = await WaitingClients.HoldAsync(system, Pushers, spread: false, cancellationToken);
        var delivered = 0;
        var before = await system.ReadStateAsync(collect: false, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Pushers).Select(DeliverAsync));
        var rate = delivered / Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = await system.ReadStateAsync(collect: false, cancellationToken);
        var requests = after.AllStorageRequests - before.AllStorageRequests;
        return (rate, after.AllStorageRequests > 0 ? requests / (double)delivered : null);

        async Task DeliverAsync(int client)
        {
            await clients.PushAsync(client);
            for (Interlocked.Increment(ref delivered); Stopwatch.GetElapsedTime(began) < time; Interlocked.Increment(ref delivered))
            {
                clients.Poll(client);
                await clients.PushAsync(client);
            }
        }
    }
}
