using System.Diagnostics;
using FuncComet.Bench.Measuring;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>
/// Counts storage requests in the storage client's pipeline: for a message that is delivered to a waiting poll, and for idle polls.
/// </summary>
internal sealed class StorageRequests : IScenario
{
    public const string ScenarioName = "storage";
    public const string AMessage = "a message: all requests";
    public const string IdlePoll = "idle: a minute for each held poll";
    public const string IdleInstance = "idle: a minute for each instance";

    // Long enough for the deletes. Unlike real ones, these clients do not poll again, and 2 seconds after the delivery the app removes what
    // it has published of their polls.
    private static readonly TimeSpan Deletes = TimeSpan.FromSeconds(1);

    private static readonly string[] Operations = ["send", "peek", "receive", "delete"];

    public string Name => ScenarioName;

    public string Description => "storage requests for each delivered message, and for each idle poll a minute";

    /// <summary>Computes the storage requests for each message, without those that idle polls make at the same time.</summary>
    /// <param name="messages">The number of messages; they were sent one after another, each to a poll of its own.</param>
    /// <param name="requests">All requests that were counted.</param>
    /// <param name="idle">The requests that are made without any message.</param>
    /// <param name="others">The number of polls that got no message and waited on.</param>
    /// <param name="delivering">
    /// The time from the first push to the last delivery; on average, a poll that gets a message is idle for half of it.
    /// </param>
    /// <param name="took">The time from the first push until the requests were counted.</param>
    public static double ForEach(int messages, long requests, IdleRequests idle, int others, TimeSpan delivering, TimeSpan took)
    {
        var ofOthers = (idle.OfInstance + (idle.OfEach * others)) * took.TotalMinutes;
        var beforeDelivery = idle.OfEach * messages * delivering.TotalMinutes / 2;
        return Math.Max(0, requests - ofOthers - beforeDelivery) / messages;
    }

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        foreach (var system in (ServedSystem[])[run.Systems.Stored(), run.Systems.Direct()])
        {
            await CountAsync(system, run.Scale.Steady, run.Scale.Window, run, cancellationToken);
        }

        // The naive design always pauses for the same time, so its polls need no time to become steady.
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

            // The first message to a recipient creates the queue; these requests must not be counted.
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
            var (withOne, withMany) = (ofOne.StorageRequestsAMinute, ofMany.StorageRequestsAMinute);
            run.Progress($"{system.Name}, idle: {withOne:F1} a minute with 1 poll, {withMany:F1} with {clients.Count}");

            // Only half of the polls get a message. The other half stay idle at the known rate until the requests are counted.
            var messages = clients.Count / 2;
            var before = await system.ReadStateAsync(collect: false, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            await DeliverAsync(clients, messages);
            var delivering = Stopwatch.GetElapsedTime(began);
            await Task.Delay(run.Scale.Settling < Deletes ? run.Scale.Settling : Deletes, cancellationToken);
            var after = await system.ReadStateAsync(collect: false, cancellationToken);
            var took = Stopwatch.GetElapsedTime(began);
            var requests = after.AllStorageRequests - before.AllStorageRequests;
            var forEach = ForEach(messages, requests, idle, clients.Count - messages, delivering, took);
            ReportMessages(run, system, before, after, messages, forEach);
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

/// <summary>The storage requests a minute of idle polls.</summary>
/// <param name="OfEach">The requests for each poll.</param>
/// <param name="OfInstance">The requests of the instance, which do not depend on the number of polls.</param>
internal readonly record struct IdleRequests(double OfEach, double OfInstance)
{
    /// <summary>Separates the two by comparing the requests of 1 poll with those of <paramref name="many"/>.</summary>
    public static IdleRequests Apart(double ofOne, double ofMany, int many)
    {
        var ofEach = Math.Max(0, (ofMany - ofOne) / (many - 1));
        return new IdleRequests(ofEach, Math.Max(0, ofOne - ofEach));
    }
}
