using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures the CPU time of the host and of the worker while all polls are idle.</summary>
internal sealed class HostCpu : IScenario
{
    public const string ScenarioName = "cpu";
    public const string OfWorker = "worker, % of one core";

    public string Name => ScenarioName;

    public string Description => "CPU of host and worker with idle polls";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var app = run.Hosts.Stored();
        await using var system = new AppSystem(SystemNames.Stored, app);
        await system.StartAsync(cancellationToken);
        await WaitingClients.WarmUpAsync(system, run.Scale.WarmUp, cancellationToken);
        await using var clients = await WaitingClients.HoldAsync(system, run.Scale.HostIdle, spread: true, cancellationToken);
        await Task.Delay(run.Scale.Steady, cancellationToken);
        var before = (await app.ReadUsageAsync())!;
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(run.Scale.Window, cancellationToken);
        var after = (await app.ReadUsageAsync())!;
        var took = Stopwatch.GetElapsedTime(began);
        run.Report.Add(Name, system.Name, OfWorker, Percent(before.Worker, after.Worker));
        run.Report.Add(Name, system.Name, "host, % of one core", Percent(before.Host, after.Host));
        run.Report.Add(Name, system.Name, "held", clients.Count);
        run.Progress($"{clients.Count:N0} idle: worker {Percent(before.Worker, after.Worker):F1} % of one core");

        double Percent(SystemState from, SystemState to) => (to.Cpu!.Value - from.Cpu!.Value) / took * 100;
    }
}
