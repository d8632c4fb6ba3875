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

    /// <summary>Of all these requests those for each message.</summary>
    /// <param name="messages">How many were sent, one after the other and each to a poll of its own.</param>
    /// <param name="requests">All that were made.</param>
    /// <param name="idle">What is asked for anyway.</param>
    /// <param name="others">The polls that wait on.</param>
    /// <param name="delivering">From the first push to the last delivery: a poll waits for half of it in the mean.</param>
    /// <param name="took">From the first push until the requests were counted.</param>
    public static double ForEach(int messages, long requests, IdleRequests idle, int others, TimeSpan delivering, TimeSpan took)
    {
        var anyway = ((idle.OfInstance + (idle.OfEach * others)) * took.TotalMinutes) + (idle.OfEach * messages * delivering.TotalMinutes / 2);
        return Math.Max(0, requests - anyway) / messages;
    }

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
                await DeliverAsync(first, first.Count);
            }

            await using var clients = await WaitingClients.HoldAsync(system, run.Scale.CountedHeld, spread: true, cancellationToken);
            await Task.Delay(steady, cancellationToken);
            var ofMany = await IdleCost.WatchAsync(system, window, cancellationToken);
            var idle = IdleRequests.Apart(ofOne.StorageRequestsAMinute, ofMany.StorageRequestsAMinute, clients.Count);
            run.Report.Add(Name, system.Name, IdlePoll, idle.OfEach);
            run.Report.Add(Name, system.Name, IdleInstance, idle.OfInstance);
            run.Progress($"{system.Name}, idle: {ofOne.StorageRequestsAMinute:F1} a minute with 1 poll, {ofMany.StorageRequestsAMinute:F1} with {clients.Count}");

            // The other half wait on, so that what goes on anyway is known also for after the deliveries.
            var messages = clients.Count / 2;
            var before = await system.ReadStateAsync(collect: false, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            await DeliverAsync(clients, messages);
            var delivering = Stopwatch.GetElapsedTime(began);
            await Task.Delay(run.Scale.Settling, cancellationToken);
            var after = await system.ReadStateAsync(collect: false, cancellationToken);
            var took = Stopwatch.GetElapsedTime(began);
            ReportMessages(run, system, before, after, messages, ForEach(messages, after.AllStorageRequests - before.AllStorageRequests, idle, clients.Count - messages, delivering, took));
        }
    }

    private static async Task DeliverAsync(WaitingClients clients, int messages)
    {
        for (var client = 0; client < messages; client++)
        {
            await clients.PushAsync(client);
        }
    }

    private void ReportMessages(Run run, ServedSystem system, SystemState before, SystemState after, int messages, double all)
    {
        run.Report.Add(Name, system.Name, AMessage, all);
        foreach (var operation in Operations)
        {
            run.Report.Add(Name, system.Name, $"{operation}, idle ones too", (Of(after) - Of(before)) / (double)messages);

            long Of(SystemState state) => state.StorageRequests.GetValueOrDefault(operation);
        }

        run.Progress($"{system.Name}: {all:F2} for each message");
    }
}

/// <summary>What is asked of Storage a minute while polls only wait.</summary>
/// <param name="OfEach">For each poll.</param>
/// <param name="OfInstance">Once, however many there are.</param>
internal readonly record struct IdleRequests(double OfEach, double OfInstance)
{
    /// <summary>Two numbers of polls, 1 and <paramref name="many"/>, tell the two apart.</summary>
    public static IdleRequests Apart(double ofOne, double ofMany, int many)
    {
        var ofEach = Math.Max(0, (ofMany - ofOne) / (many - 1));
        return new IdleRequests(ofEach, Math.Max(0, ofOne - ofEach));
    }
}
