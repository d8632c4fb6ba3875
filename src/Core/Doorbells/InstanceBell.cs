using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// This instance's own bell. While any poll waits here, it reads the notes that other instances have left on its queue,
/// and wakes the polls of the recipients that they name. It makes one request per
/// <see cref="DoorbellOptions.Interval"/>, however many polls wait, and none while no poll waits.
/// </summary>
public sealed partial class InstanceBell(
    BellQueues queues,
    WaitingRooms rooms,
    IOptions<DoorbellOptions> options,
    TimeProvider time,
    ILogger<InstanceBell> logger) : BackgroundService
{
    // Reads are at most this many times as frequent as the interval says.
    private const int MaxSpeedUp = 4;

    // Ignore one failure: reporting it would make every poll look more often.
    private const int FailuresUntilUnreachable = 2;

    // An earlier name matters only while a presence with it lasts, which is a few minutes. An instance gets a new name only after its
    // queue was removed.
    private const int MaxNames = 8;

    private static readonly TimeSpan BeatInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeleteDeadline = TimeSpan.FromSeconds(2);

    private volatile string? _name;
    private volatile string[] _names = [];
    private volatile string? _reachableAs;
    private long _beatAt;
    private long? _sweptAt;

    /// <summary>The name of this instance's queue; null while it has none. The name stays while reads fail.</summary>
    public string? Name => _name;

    /// <summary>Whether polls here publish where they wait, since notes for this instance have been read.</summary>
    internal bool IsReachable => _reachableAs is { } announced && announced == _name;

    /// <summary>Whether this is or was the name of this instance's queue.</summary>
    internal bool IsOwn(string name) => _names.Contains(name);

    /// <summary>Those of the presences that are not over and are not this instance's own.</summary>
    internal Presence[] OthersIn(IEnumerable<Presence> presences, DateTimeOffset now) =>
        [.. presences.Where(presence => presence.Until > now && !IsOwn(presence.Instance))];

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_name is not { } name)
        {
            return;
        }

        _name = null;
        Announce(null);
        try
        {
            await queues.DeleteAsync(name, DeleteDeadline);
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
                await rooms.WhenSomebodyWaits.WaitAsync(stoppingToken);
                var notes = await ListenAsync(stoppingToken);
                (pause, failures) = (PauseAfter(notes), 0);
            }
            catch (StorageUnavailableException ex)
            {
                if (++failures == FailuresUntilUnreachable)
                {
                    // Until a read succeeds, polls look by themselves and do not publish this bell.
                    Log.StorageFailed(logger, ex.Message);
                    Announce(null);
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

    // The first failure doubles the interval, and each further one doubles the pause. 2^10 intervals exceed the longest pause.
    private TimeSpan PauseAfterFailures(int failures)
    {
        var pause = options.Value.Interval * (1 << Math.Min(failures, 10));
        return pause < MaxPause ? pause : MaxPause;
    }

    /// <summary>
    /// The more notes a read returned, the sooner the next read: polls here are woken sooner when much is pushed
    /// elsewhere. There are never more reads than notes, so no note costs more than one read. A full read may have left
    /// notes behind.
    /// </summary>
    private TimeSpan PauseAfter(int notes) =>
        notes == BellQueues.MaxNotes ? TimeSpan.Zero : options.Value.Interval / Math.Clamp(notes, 1, MaxSpeedUp);

    /// <summary>Reads notes once, wakes the polls of the recipients that they name, and returns the number of notes.</summary>
    private async Task<int> ListenAsync(CancellationToken stopping)
    {
        var name = await OpenAsync();
        var notes = await queues.ReadNotesAsync(name, stopping);
        if (notes is null)
        {
            // Another instance has removed the queue.
            _name = null;
            Announce(null);
            return 0;
        }

        Announce(name);
        foreach (var recipient in notes)
        {
            rooms.Ring(recipient);
        }

        await SweepAsync();
        return notes.Count;
    }

    /// <summary>Creates the queue if there is none, and records at intervals that this instance is alive. Returns the name.</summary>
    private async Task<string> OpenAsync()
    {
        var name = _name;
        if (name is not null && time.GetElapsedTime(_beatAt) < BeatInterval)
        {
            return name;
        }

        if (name is null || !await queues.BeatAsync(name))
        {
            // Always a new name: Storage refuses the name of a deleted queue for 30 seconds or longer.
            _name = null;
            Announce(null);
            name = Presence.NewInstance();
            await queues.CreateAsync(name);
            _names = [.. _names.TakeLast(MaxNames - 1), name];
        }

        _beatAt = time.GetTimestamp();
        return _name = name;
    }

    private void Announce(string? name)
    {
        if (_reachableAs != name)
        {
            rooms.ReachableAs(name);
            _reachableAs = name;
        }
    }

    private async Task SweepAsync()
    {
        if (_sweptAt is { } sweptAt && time.GetElapsedTime(sweptAt) < SweepInterval)
        {
            return;
        }

        // Do not repeat a failed sweep early: the next one is not far off, and other instances sweep too.
        _sweptAt = time.GetTimestamp();
        var cleared = await queues.ClearAwayAsync(time.GetUtcNow() - DeadAfter);
        if (cleared > 0)
        {
            Log.ClearedAway(logger, cleared);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Pushes at other instances do not wake polls here for now. The polls look by themselves. {Reason}")]
        public static partial void StorageFailed(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Information, "Removed {Count} bell queues of instances that have ended.")]
        public static partial void ClearedAway(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Information, "This instance's bell queue was not removed; another instance will remove it: {Reason}")]
        public static partial void NotDeleted(ILogger logger, string reason);
    }
}
