using System.Diagnostics;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Measuring;

/// <summary>The resources that a system uses while all its polls are idle.</summary>
/// <param name="Held">The number of held polls at the end; null if unknown.</param>
/// <param name="StorageRequestsAMinute">Storage requests a minute of all instances together.</param>
/// <param name="CpuPercent">CPU in percent of one core; null if unknown.</param>
/// <param name="MemoryBytes">Memory of all the system's processes; null if unknown.</param>
internal sealed record IdleCost(int? Held, double StorageRequestsAMinute, double? CpuPercent, long? MemoryBytes)
{
    /// <summary>Measures for a time window, with the polls that the system holds at the moment.</summary>
    public static async Task<IdleCost> WatchAsync(IPushSystem system, TimeSpan window, CancellationToken cancellationToken)
    {
        var before = await system.ReadStateAsync(collect: false, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(window, cancellationToken);
        var after = await system.ReadStateAsync(collect: false, cancellationToken);
        var took = Stopwatch.GetElapsedTime(began);
        return new IdleCost(
            (await system.ReadHeldAsync(cancellationToken)).Clients,
            (after.AllStorageRequests - before.AllStorageRequests) / took.TotalMinutes,
            (after.Cpu - before.Cpu) / took * 100,
            after.MemoryBytes);
    }

    /// <summary>Starts polls, waits until their pauses between looks have grown to the longest, and measures.</summary>
    public static async Task<IdleCost> MeasureAsync(
        IPushSystem system,
        int held,
        TimeSpan steady,
        TimeSpan window,
        CancellationToken cancellationToken)
    {
        await using var clients = await WaitingClients.HoldAsync(system, held, spread: true, cancellationToken);
        await Task.Delay(steady, cancellationToken);
        return await WatchAsync(system, window, cancellationToken);
    }
}
