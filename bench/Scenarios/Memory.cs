using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Measures the memory of a held poll: how much a warmed-up process grows with many polls, after a full garbage collection.
/// </summary>
internal sealed class Memory : IScenario
{
    public const string ScenarioName = "memory";
    public const string Process = "of the process, KiB a held poll";

    public string Name => ScenarioName;

    public string Description => "memory for each held poll";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        IPushSystem[] all = [run.Systems.Stored(), run.Systems.Direct(), .. run.Systems.InMemory()];
        await using var systems = await RunningSystems.StartAsync(all, cancellationToken);
        foreach (var system in systems.All)
        {
            await MeasureAsync(system, run, cancellationToken);
        }
    }

    private async Task MeasureAsync(IPushSystem system, Run run, CancellationToken cancellationToken)
    {
        await using (await WaitingClients.HoldAsync(system, run.Scale.ManyHeld / 10, spread: true, cancellationToken))
        {
            await Task.Delay(run.Scale.Settling, cancellationToken);
        }

        await Task.Delay(run.Scale.Settling, cancellationToken);
        var before = await system.ReadStateAsync(collect: true, cancellationToken);
        await using var clients = await WaitingClients.HoldAsync(system, run.Scale.ManyHeld, spread: true, cancellationToken);
        await Task.Delay(run.Scale.Settling, cancellationToken);
        var held = (await system.ReadHeldAsync(cancellationToken)).Clients ?? clients.Count;
        var after = await system.ReadStateAsync(collect: true, cancellationToken);
        if ((after.MemoryBytes - before.MemoryBytes) / 1024d / held is { } ofProcess)
        {
            run.Report.Add(Name, system.Name, "held", held);
            run.Report.Add(Name, system.Name, Process, ofProcess);
            run.Progress($"{system.Name}, {held:N0} held: {ofProcess:F1} KiB each");
        }

        if ((after.ManagedBytes - before.ManagedBytes) / 1024d / held is { } managed)
        {
            run.Report.Add(Name, system.Name, "of it on the managed heap, KiB", managed);
        }
    }
}
