using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>Removes dead letters for good. Their queues stay, empty: Storage refuses the name of a deleted queue for a while.</summary>
public sealed partial class DeadLetterPurge(
    DeadLetters deadLetters,
    OlderDeadLetters older,
    UnsettledWork work,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<DeadLetterPurge> logger)
{
    /// <summary>Removes the letters of one recipient.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<PurgeResult> RunAsync(Recipient recipient)
    {
        using var unsettled = work.Begin();
        var call = new CallTime(time, CallLimits.Work, host.ApplicationStopping);
        var left = await older.DrainAsync(call);
        return await ClearAsync(recipient, call) with { Older = left };
    }

    /// <summary>Empties a queue, and returns how many messages are removed and how many are left, as Storage counts them.</summary>
    internal static async Task<(long Removed, long Left)> ClearAsync(Mailbox queue, CallTime call)
    {
        if (await queue.CountAsync() is not ({ } before and > 0))
        {
            return (0, 0);
        }

        while (!await queue.ClearAsync() && !call.IsOver)
        {
        }

        var left = await queue.CountAsync() ?? 0;
        return (Math.Max(0, before - left), left);
    }

    private async Task<PurgeResult> ClearAsync(Recipient recipient, CallTime call)
    {
        var queue = deadLetters.Open(recipient);
        var (removed, left) = await ClearAsync(queue, call);
        Log.Purged(logger, queue.QueueName, removed);
        return new PurgeResult(removed, left);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Purge of {Queue}: {Removed} dead letters were removed.")]
        public static partial void Purged(ILogger logger, string queue, long removed);
    }
}

/// <summary>What a purge has done, as Storage counts queue messages.</summary>
/// <param name="Removed">How many were removed.</param>
/// <param name="Left">How many are left of the recipients that the call came to.</param>
public sealed record PurgeResult(long Removed, long Left)
{
    /// <summary>Where the next call begins; null if there is nothing behind.</summary>
    public string? Next { get; init; }

    /// <summary>How many queue messages are left in the queue of earlier versions.</summary>
    public long Older { get; init; }
}
