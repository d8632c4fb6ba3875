using FuncComet.Mailboxes;
using FuncComet.Polling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// This instance's own bell: while anybody waits here it reads the notes that other instances have put on its queue, and wakes those they name. It costs a request
/// for each <see cref="DoorbellOptions.Interval"/>, however many wait; nothing while nobody does.
/// </summary>
public sealed partial class InstanceBell(BellQueues queues, Doorbell doorbell, IOptions<DoorbellOptions> options, TimeProvider time, ILogger<InstanceBell> logger) : BackgroundService
{
    // Times as often as the interval says, at the most.
    private const int MaxOften = 4;

    private static readonly TimeSpan BeatInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Dead = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForDelete = TimeSpan.FromSeconds(2);

    private volatile string? _name;
    private long _beatAt;
    private long? _sweptAt;

    /// <summary>What others call this instance; null while it has no queue to call it by.</summary>
    public string? Name => _name;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_name is not { } name)
        {
            return;
        }

        _name = null;
        try
        {
            await queues.DeleteAsync(name, ForDelete);
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotDeleted(logger, ex.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.Value.Interval;
        var failures = 0;
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await doorbell.WhenSomebodyWaits.WaitAsync(stoppingToken);
                var notes = await ListenAsync(stoppingToken);
                (pause, failures) = (PauseAfter(notes), 0);
            }
            catch (StorageUnavailableException ex)
            {
                // One may be chance; who is not rung any more looks oftener, which so many polls should not do for nothing.
                if (++failures == 2)
                {
                    Log.StorageFailed(logger, ex.Message);
                    doorbell.Unheard();
                }

                pause = PauseAfterFailures(failures);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Twice the interval after the first, and twice the pause before after each more; 2^10 is beyond the longest.
    private TimeSpan PauseAfterFailures(int failures)
    {
        var pause = options.Value.Interval * (1 << Math.Min(failures, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>
    /// The more notes there were, the sooner it reads again, but never more often than there were notes: where much is pushed elsewhere polls here are woken sooner, and no note costs
    /// more than its own reading. A full read may have left some.
    /// </summary>
    private TimeSpan PauseAfter(int notes) => notes == BellQueues.MaxNotes ? TimeSpan.Zero : options.Value.Interval / Math.Clamp(notes, 1, MaxOften);

    /// <summary>Reads notes once and wakes those they name; returns how many there were.</summary>
    private async Task<int> ListenAsync(CancellationToken stopping)
    {
        var name = await OpenAsync();
        var notes = await queues.ReadNotesAsync(name, stopping);
        if (notes is null)
        {
            _name = null;
            return 0;
        }

        foreach (var recipient in notes)
        {
            doorbell.Ring(recipient);
        }

        await SweepAsync();
        return notes.Count;
    }

    /// <summary>Sees to it that the queue is there and known to be in use.</summary>
    private async Task<string> OpenAsync()
    {
        var name = _name;
        if (name is not null && time.GetElapsedTime(_beatAt) < BeatInterval)
        {
            return name;
        }

        if (name is null || !await queues.BeatAsync(name))
        {
            // Always a new name: Storage refuses that of a queue just deleted for half a minute and more.
            _name = null;
            name = Presence.NewInstance();
            await queues.CreateAsync(name);
        }

        _beatAt = time.GetTimestamp();
        return _name = name;
    }

    private async Task SweepAsync()
    {
        if (_sweptAt is { } sweptAt && time.GetElapsedTime(sweptAt) < SweepInterval)
        {
            return;
        }

        // One that fails is not tried again at once: the next is not far, and other instances sweep as well.
        _sweptAt = time.GetTimestamp();
        var cleared = await queues.ClearAwayAsync(time.GetUtcNow() - Dead);
        if (cleared > 0)
        {
            Log.ClearedAway(logger, cleared);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Pushes at other instances do not wake polls here for now; they look by themselves. {Reason}")]
        public static partial void StorageFailed(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Information, "Cleared away {Count} bell queues of instances that have ended.")]
        public static partial void ClearedAway(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Information, "This instance's bell queue is left for another to clear away: {Reason}")]
        public static partial void NotDeleted(ILogger logger, string reason);
    }
}
