using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// Measures the dead letters that wait, while this instance holds a poll: an instance that serves nothing costs no request. What it
/// measures is the storage's, so instances report the same.
/// </summary>
public sealed partial class DeadLetterGauges(
    DeadLetters deadLetters,
    DeadLetterQueues queues,
    HeldPolls held,
    FuncCometMetrics metrics,
    TimeProvider time,
    ILogger<DeadLetterGauges> logger) : BackgroundService
{
    /// <summary>How long a measurement is reported before the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    // How long a poll may be held before the first measurement.
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    private long? _measuredAt;

    /// <summary>Measures if that is due.</summary>
    internal async Task CheckAsync()
    {
        if (_measuredAt is { } before && time.GetElapsedTime(before) < Every)
        {
            return;
        }

        if (held.Count == 0)
        {
            metrics.LettersUnknown();
            return;
        }

        _measuredAt = time.GetTimestamp();
        try
        {
            var (waiting, oldest) = await MeasureAsync();
            metrics.LettersMeasured(waiting, oldest is { } since ? time.GetUtcNow() - since : TimeSpan.Zero);
        }
        catch (StorageUnavailableException ex)
        {
            metrics.LettersUnknown();
            Log.NotMeasured(logger, ex.Message);
        }
        catch (Exception ex)
        {
            // Otherwise, a fault of ours would end the instance.
            metrics.LettersUnknown();
            Log.Failed(logger, ex);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CheckEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // A measurement under way must not hold up the services that stop after this one: they settle messages.
            await CheckAsync().WaitAsync(stoppingToken);
        }
    }

    private async Task<(long Waiting, DateTimeOffset? Oldest)> MeasureAsync()
    {
        var page = (await queues.ListAsync(CallLimits.Recipients, after: null))!;
        var all = page.Found.Select(owner => deadLetters.Open(owner.Recipient)).Append(deadLetters.OpenOlder()).ToArray();
        var measured = new (long Waiting, DateTimeOffset? Oldest)[all.Length];
        await Parallel.ForAsync(
            0,
            all.Length,
            new ParallelOptions { MaxDegreeOfParallelism = CallLimits.AtOnce },
            async (at, _) => measured[at] = await MeasureAsync(all[at]));
        return (measured.Sum(queue => queue.Waiting), measured.Min(queue => queue.Oldest));
    }

    // Most queues are empty. A peek tells that, and which letter is the oldest.
    private async Task<(long Waiting, DateTimeOffset? Oldest)> MeasureAsync(Mailbox queue)
    {
        var peeked = await queue.PeekMessagesAsync(1);
        if (peeked.Count == 0)
        {
            return (0, null);
        }

        var oldest = DeadLetter.TryDecode(peeked[0].MessageText ?? "", out var letter) ? letter.DeadLettered : peeked[0].InsertedOn;
        return (await queue.CountAsync() ?? 0, oldest);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The dead letters could not be measured: {Reason}")]
        public static partial void NotMeasured(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "The measurement of the dead letters failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
