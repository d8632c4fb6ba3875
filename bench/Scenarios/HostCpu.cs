using System.Diagnostics;
using FuncComet.Bench.Deployments;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>Measures the CPU time of host and worker while all polls are idle, and while the floor holds as many requests.</summary>
internal sealed class HostCpu : IScenario
{
    public const string ScenarioName = "cpu";
    public const string OfWorker = "worker, % of one core";

    public string Name => ScenarioName;

    public string Description => "CPU of host and worker with idle polls, FuncComet's and the floor's";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await MeasureAsync(run.Hosts.Stored(), app => new AppSystem(SystemNames.Stored, app), warmsUp: true, run, cancellationToken);

        // It delivers nothing with which it could be warmed up.
        await MeasureAsync(run.Hosts.Floor(), app => new FloorHeldSystem(app), warmsUp: false, run, cancellationToken);
    }

    private async Task MeasureAsync(
        AppOnHost app,
        Func<IDeployment, IPushSystem> create,
        bool warmsUp,
        Run run,
        CancellationToken cancellationToken)
    {
        await using var system = create(app);
        await system.StartAsync(cancellationToken);
        if (warmsUp)
        {
            await WaitingClients.WarmUpAsync(system, run.Scale.WarmUp, cancellationToken);
        }

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
        run.Progress($"{system.Name}, {clients.Count:N0} idle: worker {Percent(before.Worker, after.Worker):F1} % of one core");

        double Percent(SystemState from, SystemState to) => (to.Cpu!.Value - from.Cpu!.Value) / took * 100;
    }
}
