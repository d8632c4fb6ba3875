using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Offline;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// Wakes a poll when something has come into a mailbox: a poll that waits on this instance, or else one at an instance
/// that <see cref="PresenceStore"/> names. Polls of one mailbox compete for its messages, so waking one is enough: at the
/// instance that has published last and still has its bell. If no poll waits anywhere, the application gets a note.
/// </summary>
/// <remarks>
/// A ring at another instance continues after the push has been answered. A lost ring costs a pause, not a message.
/// </remarks>
public sealed partial class Ringer : IDisposable
{
    // The longest time for one request of a ring. Later rings for the recipient wait until this ring has ended.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private static readonly Task<bool?> NotAsked = Task.FromResult<bool?>(null);

    private readonly WaitingRooms _rooms;
    private readonly MailboxFactory _mailboxes;
    private readonly PresenceStore _presences;
    private readonly BellQueues _queues;
    private readonly InstanceBell _bell;
    private readonly OfflineNotes _notes;
    private readonly UnsettledWork _work;
    private readonly IOptions<DoorbellOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Ringer> _logger;
    private readonly Lock _gate = new();

    // The recipients for whom a ring is under way, and the ring that must follow it.
    private readonly Dictionary<Recipient, NextRing> _underWay = [];

    /// <summary>Creates the ringer of one instance.</summary>
    public Ringer(
        WaitingRooms rooms,
        MailboxFactory mailboxes,
        PresenceStore presences,
        BellQueues queues,
        InstanceBell bell,
        OfflineNotes notes,
        UnsettledWork work,
        IOptions<DoorbellOptions> options,
        TimeProvider time,
        ILogger<Ringer> logger)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        (_rooms, _mailboxes, _presences, _queues, _bell) = (rooms, mailboxes, presences, queues, bell);
        (_notes, _work, _options, _time, _logger) = (notes, work, options, time, logger);
        rooms.RingUnanswered += OnRingUnanswered;
    }

    /// <summary>Rings for a message that is in the mailbox. A ring at another instance continues in the background.</summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="mailbox">Their mailbox.</param>
    /// <param name="message">The message; null if it is not known, and then the application gets no note.</param>
    /// <param name="mayKeep">
    /// Whether other instances may be rung a little later, if no poll waits here now but a client is likely to be back.
    /// </param>
    public void Ring(Recipient recipient, Mailbox mailbox, Message? message = null, bool mayKeep = false)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (!_rooms.Ring(recipient, message, mayKeep))
        {
            RingElsewhere(recipient, mailbox, new NextRing(IsWanted: true, Told: null, message));
        }
    }

    /// <summary>
    /// The same. Returns whether a poll waits, here or at another instance, as soon as that is known; null if Storage did
    /// not tell.
    /// </summary>
    internal async Task<bool?> RingAndTellAsync(Recipient recipient, Mailbox mailbox, Message message)
    {
        // Not kept: the sender is told at once.
        if (_rooms.Ring(recipient, message, mayKeep: false))
        {
            return true;
        }

        var told = NobodyToldYet();
        return await RingElsewhere(recipient, mailbox, new NextRing(IsWanted: true, told, message))!.Task;
    }

    /// <summary>
    /// Rings only at another instance. For a message that becomes visible soon, a poll there counts it, and then looks often.
    /// Returns the same as <see cref="RingAndTellAsync"/> if <paramref name="isAsked"/>, else null.
    /// </summary>
    internal Task<bool?> RingElsewhereAsync(Recipient recipient, Mailbox mailbox, bool isAsked)
    {
        var told = isAsked ? NobodyToldYet() : null;
        var source = RingElsewhere(recipient, mailbox, new NextRing(IsWanted: true, told, Message: null));
        return isAsked ? source!.Task : NotAsked;
    }

    /// <inheritdoc/>
    public void Dispose() => _rooms.RingUnanswered -= OnRingUnanswered;

    private static TaskCompletionSource<bool?> NobodyToldYet() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnRingUnanswered(Recipient recipient, Message? message) =>
        RingElsewhere(recipient, _mailboxes.Open(recipient), new NextRing(IsWanted: true, Told: null, message));

    /// <summary>Returns the source that will be told: the given one, or that of a ring which serves for this one too.</summary>
    private TaskCompletionSource<bool?>? RingElsewhere(Recipient recipient, Mailbox mailbox, NextRing ring)
    {
        if (!_options.Value.Enabled)
        {
            ring.Told?.SetResult(_rooms.IsWaiting(recipient));
            WriteNote(recipient, mailbox, ring.Message);
            return ring.Told;
        }

        lock (_gate)
        {
            // At most one ring per recipient is under way. That bounds the work, and saves requests when many messages
            // go to few recipients. The ring under way may have read the presence before this message was stored, so
            // one more follows it.
            if (!_underWay.TryAdd(recipient, default))
            {
                var waiting = _underWay[recipient];
                var next = new NextRing(IsWanted: true, waiting.Told ?? ring.Told, waiting.Message ?? ring.Message);
                _underWay[recipient] = next;
                return next.Told;
            }
        }

        _ = RingUntilAllIsRungForAsync(recipient, mailbox, ring);
        return ring.Told;
    }

    private async Task RingUntilAllIsRungForAsync(Recipient recipient, Mailbox mailbox, NextRing ring)
    {
        using var unsettled = _work.Begin();
        try
        {
            do
            {
                if (!await RingElsewhereOnceAsync(recipient, mailbox, ring.Told))
                {
                    WriteNote(recipient, mailbox, ring.Message);
                }
            }
            while (IsToRingAgain(recipient, out ring));
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours. The fault must not block later rings for
            // the recipient.
            Log.Failed(_logger, mailbox.QueueName, ex);
            ring.Told?.TrySetResult(null);
            lock (_gate)
            {
                _underWay.Remove(recipient, out var next);
                next.Told?.TrySetResult(null);
            }
        }
    }

    /// <summary>False if no poll waits at another instance, as far as that is known.</summary>
    private async Task<bool> RingElsewhereOnceAsync(Recipient recipient, Mailbox mailbox, TaskCompletionSource<bool?>? told)
    {
        try
        {
            var now = _time.GetUtcNow();
            var found = await _presences.ReadAsync(mailbox, Deadline);
            var elsewhere = _bell.OthersIn(found.All, now);
            told?.TrySetResult(elsewhere.Length > 0 || _rooms.IsWaiting(recipient));
            foreach (var presence in elsewhere)
            {
                if (await _queues.LeaveNoteAsync(presence.Instance, recipient, Deadline))
                {
                    return true;
                }
            }
        }
        catch (StorageUnavailableException ex)
        {
            told?.TrySetResult(null);
            Log.NotRung(_logger, mailbox.QueueName, ex.Message);
        }

        return false;
    }

    private void WriteNote(Recipient recipient, Mailbox mailbox, Message? message)
    {
        // A poll that has come here meanwhile looks by itself.
        if (message is not null && !_rooms.IsWaiting(recipient))
        {
            _notes.Write(recipient, mailbox, message, hidden: TimeSpan.Zero);
        }
    }

    private bool IsToRingAgain(Recipient recipient, out NextRing ring)
    {
        lock (_gate)
        {
            ring = _underWay[recipient];
            if (ring.IsWanted)
            {
                _underWay[recipient] = default;
                return true;
            }

            _underWay.Remove(recipient);
            return false;
        }
    }

    /// <param name="IsWanted">Whether a ring must follow.</param>
    /// <param name="Told">Who is told whether a poll waits; null if nobody asks.</param>
    /// <param name="Message">The message that it is for; null if that is not known or needs no note.</param>
    private readonly record struct NextRing(bool IsWanted, TaskCompletionSource<bool?>? Told, Message? Message);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "A poll of {Queue} at another instance, if there is one, was not woken and looks by itself: {Reason}")]
        public static partial void NotRung(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Error, "A ring for {Queue} at another instance failed.")]
        public static partial void Failed(ILogger logger, string queue, Exception exception);
    }
}
