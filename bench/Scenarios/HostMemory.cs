using FuncComet.Bench.Deployments;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Measures the memory of the host and of the worker at rest and with many held polls. Both collect garbage when they see fit, as they do
/// in Azure. The memory is the resident one, in which the pages that the two share are counted twice, so their sum is rather too high.
/// </summary>
internal sealed class HostMemory : IScenario
{
    public const string ScenarioName = "memory";
    public const string OfWorker = "worker, KiB a held poll";

    private const string OfHost = "host, KiB a held poll";

    public string Name => ScenarioName;

    public string Description => "memory of host and worker at rest and with many held polls, FuncComet's and the floor's";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await MeasureAsync(run.Hosts.Stored(), app => new AppSystem(SystemNames.Stored, app), run, cancellationToken);
        await MeasureAsync(run.Hosts.Floor(), app => new FloorHeldSystem(app), run, cancellationToken);
    }

    private async Task MeasureAsync(
        AppOnHost app,
        Func<IDeployment, IPushSystem> create,
        Run run,
        CancellationToken cancellationToken)
    {
        await using var system = create(app);
        await system.StartAsync(cancellationToken);

        // Code is compiled and buffers are made when the first polls come.
        await using (await WaitingClients.HoldAsync(system, run.Scale.HostHeld[0] / 10, spread: true, cancellationToken))
        {
            await Task.Delay(run.Scale.Settling, cancellationToken);
        }

        await Task.Delay(run.Scale.Settling, cancellationToken);
        var rest = await ReadAsync(held: 0);
        foreach (var held in run.Scale.HostHeld)
        {
            await using var clients = await WaitingClients.HoldAsync(system, held, spread: true, cancellationToken);
            await clients.RestAsync();
            await Task.Delay(run.Scale.Settling, cancellationToken);
            var usage = await ReadAsync(held);
            if (held == run.Scale.HostHeld[^1])
            {
                run.Report.Add(Name, system.Name, OfHost, Each(usage.Host, rest.Host, held));
                run.Report.Add(Name, system.Name, OfWorker, Each(usage.Worker, rest.Worker, held));
            }
        }

        async Task<HostUsage> ReadAsync(int held)
        {
            var usage = (await app.ReadUsageAsync())!;
            run.Report.Add(Name, system.Name, $"host, {held:N0} held, MiB", Megabytes(usage.Host));
            run.Report.Add(Name, system.Name, $"worker, {held:N0} held, MiB", Megabytes(usage.Worker));
            run.Progress($"{system.Name}, {held:N0} held: host {Megabytes(usage.Host):F0} MiB, worker {Megabytes(usage.Worker):F0} MiB");
            return usage;
        }
    }

    private static double Megabytes(SystemState state) => state.MemoryBytes!.Value / 1_048_576d;

    private static double Each(SystemState state, SystemState rest, int held) =>
        (state.MemoryBytes!.Value - rest.MemoryBytes!.Value) / 1_024d / held;
}
