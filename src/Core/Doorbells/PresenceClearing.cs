using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Doorbells;

/// <summary>
/// Removes this instance's presence from a mailbox's metadata when the last poll of its recipient has left and none has
/// come back. It costs a read, and a write if the metadata still names this instance.
/// </summary>
/// <remarks>
/// An instance that stops or dies clears nothing: there may be thousands of presences, and their clients poll elsewhere at
/// once. What such an instance has published ends with the timeouts of the polls that it held.
/// </remarks>
public sealed partial class PresenceClearing : IDisposable
{
    // Longer than a client takes to poll again.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);

    // Of each of the two requests.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    // When thousands of clients leave together, pushes and polls must not queue behind this.
    private const int MaxAtOnce = 16;

    private readonly WaitingRooms _rooms;
    private readonly PresenceStore _presences;
    private readonly MailboxFactory _mailboxes;
    private readonly InstanceBell _bell;
    private readonly IHostApplicationLifetime _host;
    private readonly TimeProvider _time;
    private readonly ILogger<PresenceClearing> _logger;
    private readonly Departures _departures;

    // Not disposed: a removal may still be under way, and without its wait handle the semaphore holds nothing to free.
    private readonly SemaphoreSlim _turns = new(MaxAtOnce);
    private readonly Lock _gate = new();

    // The writes that are under way.
    private readonly Dictionary<Recipient, TaskCompletionSource> _writes = [];

    /// <summary>Creates the clearing of one instance.</summary>
    public PresenceClearing(
        WaitingRooms rooms,
        PresenceStore presences,
        MailboxFactory mailboxes,
        InstanceBell bell,
        IHostApplicationLifetime host,
        TimeProvider time,
        ILogger<PresenceClearing> logger)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        (_rooms, _presences, _mailboxes, _bell) = (rooms, presences, mailboxes, bell);
        (_host, _time, _logger) = (host, time, logger);
        _departures = new Departures(time, Away);
        rooms.LastPollLeft += OnLastPollLeft;
    }

    /// <inheritdoc/>
    public void Dispose() => _rooms.LastPollLeft -= OnLastPollLeft;

    /// <summary>
    /// Completed while no presence of the recipient is being removed. A poll that publishes waits for it, so that the two
    /// writes cannot overtake each other. The poll is in its room by then: either it waits, or the removal sees it.
    /// </summary>
    internal Task WhenNotWritingAsync(Recipient recipient)
    {
        lock (_gate)
        {
            return _writes.TryGetValue(recipient, out var write) ? write.Task : Task.CompletedTask;
        }
    }

    private void OnLastPollLeft(Recipient recipient)
    {
        if (!_departures.Add(recipient))
        {
            return;
        }

        // Otherwise the requests would count as those of the poll that has left.
        using (ExecutionContext.SuppressFlow())
        {
            _ = ClearAllAsync();
        }
    }

    /// <summary>
    /// Removes presences, each two seconds after its recipient's latest departure, or later if all turns are taken. One loop serves all
    /// recipients: clients that take messages may leave thousands of times a second, and a task and a timer for each would cost too much.
    /// </summary>
    private async Task ClearAllAsync()
    {
        try
        {
            while (_departures.TryNext(out var due, out var pause))
            {
                if (due is not var (recipient, left))
                {
                    await Task.Delay(WholeMilliseconds.RoundUp(pause), _time, _host.ApplicationStopping);
                    continue;
                }

                await _turns.WaitAsync(_host.ApplicationStopping);
                _ = ClearInTurnAsync(recipient, left);
            }
        }
        catch (OperationCanceledException) when (_host.ApplicationStopping.IsCancellationRequested)
        {
            // What is published runs out.
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours.
            Log.Stopped(_logger, ex);
            _departures.LoseLoop();
        }
    }

    private async Task ClearInTurnAsync(Recipient recipient, DateTimeOffset left)
    {
        try
        {
            await ClearAsync(recipient, left);
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours.
            Log.Failed(_logger, _mailboxes.Open(recipient).QueueName, ex);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task ClearAsync(Recipient recipient, DateTimeOffset left)
    {
        if (HasComeBack(recipient))
        {
            return;
        }

        var mailbox = _mailboxes.Open(recipient);
        try
        {
            var found = await _presences.ReadAsync(mailbox, Deadline);
            if (!found.All.Any(presence => _bell.IsOwn(presence.Instance)) || await TryWriteAsync(recipient, mailbox, found, left))
            {
                _rooms.Cleared(recipient);
            }
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotCleared(_logger, mailbox.QueueName, ex.Message);
        }
    }

    /// <summary>Writes the presences without this instance's own; false if a poll has come back.</summary>
    private async Task<bool> TryWriteAsync(Recipient recipient, Mailbox mailbox, PresenceList found, DateTimeOffset left)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_writes.TryAdd(recipient, written))
            {
                return false;
            }
        }

        try
        {
            if (HasComeBack(recipient))
            {
                return false;
            }

            var now = _time.GetUtcNow();
            var seen = PresenceList.ToTheMinute(left);
            var list = PresenceList.Of(own: null, _bell.OthersIn(found.All, now), now) with
            {
                Seen = found.Seen > seen ? found.Seen : seen,
            };
            await _presences.WriteAsync(mailbox, list, createsQueue: false, Deadline, CancellationToken.None);
            return true;
        }
        finally
        {
            lock (_gate)
            {
                _writes.Remove(recipient);
            }

            written.SetResult();
        }
    }

    /// <summary>Whether a poll has come since. If it has left again, that departure is dealt with later.</summary>
    private bool HasComeBack(Recipient recipient) => _rooms.IsWaiting(recipient) || _departures.Contains(recipient);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "The metadata of {Queue} still says that a poll waits on this instance, until the timeout of that poll: {Reason}")]
        public static partial void NotCleared(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Error, "The presence of {Queue} was not removed.")]
        public static partial void Failed(ILogger logger, string queue, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "No presence is removed until the next poll leaves.")]
        public static partial void Stopped(ILogger logger, Exception exception);
    }
}
