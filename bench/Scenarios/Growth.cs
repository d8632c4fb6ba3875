using FuncComet.Bench.Measuring;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures how the cost of idle polls grows with the numbers of polls and instances.</summary>
internal sealed class Growth : IScenario
{
    public const string ScenarioName = "growth";
    public const string RequestsAMinute = "storage requests a minute";

    public string Name => ScenarioName;

    public string Description => "idle cost from 1 to 10,000 held polls and from 1 to 4 instances";

    public static string Row(int instances, int held) => $"{instances} {(instances == 1 ? "instance" : "instances")}, {held:N0} held";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        foreach (var instances in run.Scale.GrowthInstances)
        {
            await using var system = run.Systems.Stored(instances);
            await system.StartAsync(cancellationToken);
            foreach (var held in run.Scale.GrowthHeld)
            {
                var steady = held == 0 ? TimeSpan.Zero : run.Scale.Steady;
                var idle = await IdleCost.MeasureAsync(system, held, steady, run.Scale.ShortWindow, cancellationToken);
                var row = Row(instances, held);
                run.Report.Add(Name, row, "held", idle.Held!.Value);
                run.Report.Add(Name, row, RequestsAMinute, idle.StorageRequestsAMinute);
                if (held > 0)
                {
                    run.Report.Add(Name, row, "for each poll", idle.StorageRequestsAMinute / held);
                }

                run.Report.Add(Name, row, "CPU, % of one core", idle.CpuPercent!.Value);
                run.Report.Add(Name, row, "memory, MiB", idle.MemoryBytes!.Value / 1048576d);
                run.Progress($"{row}: {idle.StorageRequestsAMinute:N0} storage requests a minute, {idle.CpuPercent:F1} % of one core");
            }
        }
    }
}
