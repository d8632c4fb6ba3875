using System.Diagnostics;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Measuring;

/// <summary>What a system does while its polls only wait.</summary>
/// <param name="Held">How many polls were held at the end; null where that is not to be known.</param>
/// <param name="StorageRequestsAMinute">Of all instances together.</param>
/// <param name="CpuPercent">Of one core; null where it is not to be known.</param>
/// <param name="MemoryBytes">Of all its processes; null where it is not to be known.</param>
internal sealed record IdleCost(int? Held, double StorageRequestsAMinute, double? CpuPercent, long? MemoryBytes)
{
    /// <summary>Watches a system that holds as many polls as it does.</summary>
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

    /// <summary>Holds polls until they have reached their longest pauses, and watches.</summary>
    public static async Task<IdleCost> MeasureAsync(IPushSystem system, int held, TimeSpan steady, TimeSpan window, CancellationToken cancellationToken)
    {
        await using var clients = await WaitingClients.HoldAsync(system, held, spread: true, cancellationToken);
        await Task.Delay(steady, cancellationToken);
        return await WatchAsync(system, window, cancellationToken);
    }
}
