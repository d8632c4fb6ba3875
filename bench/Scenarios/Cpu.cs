using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures the CPU that a system uses for many idle polls.</summary>
internal sealed class Cpu : IScenario
{
    public const string ScenarioName = "cpu";
    public const string OfOneCore = "% of one core";

    public string Name => ScenarioName;

    public string Description => "CPU with many idle polls";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        IPushSystem[] all = [run.Systems.Stored(), .. run.Systems.InMemory()];
        await using var systems = await RunningSystems.StartAsync(all, cancellationToken);
        await systems.WarmUpAsync(run.Scale.WarmUp, cancellationToken);
        foreach (var system in systems.All)
        {
            var idle = await IdleCost.MeasureAsync(system, run.Scale.ManyHeld, run.Scale.Steady, run.Scale.ShortWindow, cancellationToken);
            if (idle.CpuPercent is { } percent)
            {
                run.Report.Add(Name, system.Name, OfOneCore, percent);
                run.Report.Add(Name, system.Name, "held", idle.Held!.Value);
                run.Report.Add(Name, system.Name, "storage requests a second", idle.StorageRequestsAMinute / 60);
                run.Progress($"{system.Name}, {run.Scale.ManyHeld:N0} idle: {percent:F1} % of one core");
            }
        }
    }
}
