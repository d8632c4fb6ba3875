using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>Removes dead letters for good. Their queues stay, empty: Storage refuses the name of a deleted queue for a while.</summary>
public sealed partial class DeadLetterPurge(
    DeadLetters deadLetters,
    OlderDeadLetters older,
    DeadLetterQueues queues,
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
        var queue = deadLetters.Open(recipient);
        var result = await ClearAsync(queue, call) with { Older = left };
        Log.Purged(logger, queue.QueueName, result.Removed, result.Left);
        return result;
    }

    /// <summary>Removes the letters of all recipients, those of earlier versions too.</summary>
    /// <param name="after">Where to begin; null for the beginning.</param>
    /// <returns>Null if Storage refuses <paramref name="after"/>.</returns>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public async Task<PurgeResult?> RunAllAsync(QueuePosition? after)
    {
        using var unsettled = work.Begin();
        var call = new CallTime(time, CallLimits.Work, host.ApplicationStopping);
        if (await queues.ListAsync(CallLimits.Recipients, after) is not { } page)
        {
            return null;
        }

        var ofEarlierVersions = await ClearAsync(deadLetters.OpenOlder(), call);
        var total = new PurgeResult(ofEarlierVersions.Removed, 0) { Next = page.Next, Older = ofEarlierVersions.Left };
        foreach (var owner in page.Found)
        {
            var result = await ClearAsync(deadLetters.Open(owner.Recipient), call);
            total = total with { Removed = total.Removed + result.Removed, Left = total.Left + result.Left };
            if (call.IsOver)
            {
                total = total with { Next = owner == page.Found[^1] ? page.Next : owner.Position };
                break;
            }
        }

        Log.AllPurged(logger, total.Removed, total.Left);
        return total;
    }

    // Storage may need several calls for many messages.
    private static async Task<PurgeResult> ClearAsync(Mailbox queue, CallTime call)
    {
        if (await queue.CountAsync() is not ({ } before and > 0))
        {
            return new PurgeResult(0, 0);
        }

        while (!await queue.ClearAsync() && !call.IsOver)
        {
        }

        var left = await queue.CountAsync() ?? 0;
        return new PurgeResult(Math.Max(0, before - left), left);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Purge of {Queue}: {Removed} dead letters were removed, {Left} are left.")]
        public static partial void Purged(ILogger logger, string queue, long removed, long left);

        [LoggerMessage(2, LogLevel.Information, "Purge of all: {Removed} dead letters were removed, {Left} are left.")]
        public static partial void AllPurged(ILogger logger, long removed, long left);
    }
}

/// <summary>What a purge has done, as Storage counts queue messages.</summary>
/// <param name="Removed">How many were removed.</param>
/// <param name="Left">How many are left of the recipients that the call came to.</param>
public sealed record PurgeResult(long Removed, long Left)
{
    /// <summary>Where the next call begins; null if there is nothing behind.</summary>
    public QueuePosition? Next { get; init; }

    /// <summary>How many queue messages are left in the queue of earlier versions.</summary>
    public long Older { get; init; }
}
