using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Offline;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// Wakes a poll when something has come into a mailbox: a poll that waits on this instance, or else one at the instance
/// that <see cref="Presences"/> names. Polls of one mailbox compete for its messages, so waking one is enough.
/// </summary>
/// <remarks>
/// A ring at another instance continues after the push has been answered. A lost ring costs a pause, not a message.
/// </remarks>
public sealed partial class Ringer : IDisposable
{
    // Of each of its two requests. Later rings of the recipient wait for it, and a ring that is later still is worth less than they are.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly WaitingRooms _rooms;
    private readonly MailboxFactory _mailboxes;
    private readonly Presences _presences;
    private readonly BellQueues _queues;
    private readonly InstanceBell _bell;
    private readonly OfflineNotes _notes;
    private readonly UnsettledWork _work;
    private readonly IOptions<DoorbellOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Ringer> _logger;
    private readonly Lock _gate = new();

    // The recipients for whom a ring is under way, and what the ring that must follow is for.
    private readonly Dictionary<Recipient, NextRing> _underWay = [];

    /// <summary>Creates the ringer of one instance.</summary>
    public Ringer(
        WaitingRooms rooms,
        MailboxFactory mailboxes,
        Presences presences,
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
    public void Ring(Recipient recipient, Mailbox mailbox, Message? message = null)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (!_rooms.Ring(recipient))
        {
            RingElsewhere(recipient, mailbox, message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rooms.RingUnanswered -= OnRingUnanswered;

    private void OnRingUnanswered(Recipient recipient) => RingElsewhere(recipient, _mailboxes.Open(recipient), message: null);

    private void RingElsewhere(Recipient recipient, Mailbox mailbox, Message? message)
    {
        if (!_options.Value.Enabled)
        {
            WriteNote(recipient, mailbox, message);
            return;
        }

        lock (_gate)
        {
            // At most one ring per recipient is under way. That bounds the work, and saves requests when many messages
            // go to few recipients. The ring under way may have read the presence before this message was stored, so
            // one more follows it.
            if (!_underWay.TryAdd(recipient, default))
            {
                _underWay[recipient] = new NextRing(IsWanted: true, message ?? _underWay[recipient].Message);
                return;
            }
        }

        _ = RingUntilAllIsRungForAsync(recipient, mailbox, message);
    }

    private async Task RingUntilAllIsRungForAsync(Recipient recipient, Mailbox mailbox, Message? message)
    {
        using var unsettled = _work.Begin();
        try
        {
            do
            {
                if (!await RingElsewhereOnceAsync(recipient, mailbox))
                {
                    WriteNote(recipient, mailbox, message);
                }
            }
            while (IsToRingAgain(recipient, out message));
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours. The fault must not block later rings for
            // the recipient.
            Log.Failed(_logger, mailbox.QueueName, ex);
            lock (_gate)
            {
                _underWay.Remove(recipient);
            }
        }
    }

    /// <summary>False if no poll waits at another instance, as far as that is known.</summary>
    private async Task<bool> RingElsewhereOnceAsync(Recipient recipient, Mailbox mailbox)
    {
        try
        {
            // What names this instance is out of date, since no poll waits here.
            return await _presences.ReadAsync(mailbox, Deadline) is { } presence
                && presence.Until > _time.GetUtcNow()
                && presence.Instance != _bell.Name
                && await _queues.LeaveNoteAsync(presence.Instance, recipient, Deadline);
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotRung(_logger, mailbox.QueueName, ex.Message);
            return false;
        }
    }

    private void WriteNote(Recipient recipient, Mailbox mailbox, Message? message)
    {
        if (message is not null)
        {
            _notes.Write(recipient, mailbox, message, hidden: TimeSpan.Zero);
        }
    }

    private bool IsToRingAgain(Recipient recipient, out Message? message)
    {
        lock (_gate)
        {
            (var isWanted, message) = _underWay[recipient];
            if (isWanted)
            {
                _underWay[recipient] = default;
                return true;
            }

            _underWay.Remove(recipient);
            return false;
        }
    }

    /// <param name="IsWanted">Whether a ring must follow.</param>
    /// <param name="Message">The message that it is for, if that is known.</param>
    private readonly record struct NextRing(bool IsWanted, Message? Message);

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
