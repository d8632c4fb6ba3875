using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>What is asked of Storage, counted in the storage client's pipeline: for a message to a poll that waits, and while polls only wait.</summary>
internal sealed class StorageRequests : IScenario
{
    public const string ScenarioName = "storage";
    public const string AMessage = "a message: all requests";
    public const string IdlePoll = "idle: a minute for each held poll";
    public const string IdleInstance = "idle: a minute for each instance";

    private static readonly string[] Operations = ["send", "peek", "receive", "delete"];

    public string Name => ScenarioName;

    public string Description => "storage requests for each message delivered, and for each idle poll and minute";

    /// <summary>What went on in <paramref name="took"/> for each message, less what goes on anyway.</summary>
    public static double ForEach(int messages, long requests, double idleAMinute, TimeSpan took) => Math.Max(0, requests - (idleAMinute * took.TotalMinutes)) / messages;

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        foreach (var system in (ServedSystem[])[run.Systems.Stored(), run.Systems.Direct()])
        {
            await CountAsync(system, run.Scale.Steady, run.Scale.Window, run, cancellationToken);
        }

        // The naive design has one pause from its first receive on.
        foreach (var system in (ServedSystem[])[run.Systems.NaiveSecond(), run.Systems.NaiveTenth()])
        {
            await CountAsync(system, run.Scale.Settling, run.Scale.Settling * 2, run, cancellationToken);
        }
    }

    private async Task CountAsync(ServedSystem system, TimeSpan steady, TimeSpan window, Run run, CancellationToken cancellationToken)
    {
        await using (system)
        {
            await system.StartAsync(cancellationToken);
            var ofOne = await IdleCost.MeasureAsync(system, held: 1, steady, window, cancellationToken);

            // A recipient's first message makes his queue.
            await using (var first = await WaitingClients.HoldAsync(system, run.Scale.CountedHeld, spread: false, cancellationToken))
            {
                await DeliverAsync(first);
            }

            await using var clients = await WaitingClients.HoldAsync(system, run.Scale.CountedHeld, spread: true, cancellationToken);
            await Task.Delay(steady, cancellationToken);
            var ofMany = await IdleCost.WatchAsync(system, window, cancellationToken);
            ReportIdle(run, system, ofOne.StorageRequestsAMinute, ofMany.StorageRequestsAMinute, clients.Count);

            var before = await system.ReadStateAsync(collect: false, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            await DeliverAsync(clients);
            await Task.Delay(run.Scale.Settling, cancellationToken);
            var after = await system.ReadStateAsync(collect: false, cancellationToken);
            ReportMessages(run, system, before, after, ofMany.StorageRequestsAMinute, Stopwatch.GetElapsedTime(began), clients.Count);
        }
    }

    private static async Task DeliverAsync(WaitingClients clients)
    {
        for (var client = 0; client < clients.Count; client++)
        {
            await clients.PushAsync(client);
        }
    }

    // Two numbers of polls tell apart what each of them costs and what is there once.
    private void ReportIdle(Run run, ServedSystem system, double ofOne, double ofMany, int many)
    {
        var ofEach = Math.Max(0, (ofMany - ofOne) / (many - 1));
        run.Report.Add(Name, system.Name, IdlePoll, ofEach);
        run.Report.Add(Name, system.Name, IdleInstance, Math.Max(0, ofOne - ofEach));
        run.Progress($"{system.Name}, idle: {ofOne:F1} a minute with 1 poll, {ofMany:F1} with {many}");
    }

    private void ReportMessages(Run run, ServedSystem system, SystemState before, SystemState after, double idleAMinute, TimeSpan took, int messages)
    {
        var all = ForEach(messages, after.AllStorageRequests - before.AllStorageRequests, idleAMinute, took);
        run.Report.Add(Name, system.Name, AMessage, all);
        foreach (var operation in Operations)
        {
            run.Report.Add(Name, system.Name, $"{operation}, idle ones too", (Of(after) - Of(before)) / (double)messages);

            long Of(SystemState state) => state.StorageRequests.GetValueOrDefault(operation);
        }

        run.Progress($"{system.Name}: {all:F2} for each message");
    }
}
