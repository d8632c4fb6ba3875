using FuncComet.Mailboxes;
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
    private readonly UnsettledWork _work;
    private readonly IOptions<DoorbellOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Ringer> _logger;
    private readonly Lock _gate = new();

    // The recipients for whom a ring is under way, and whether one more must follow.
    private readonly Dictionary<Recipient, bool> _underWay = [];

    /// <summary>Creates the ringer of one instance.</summary>
    public Ringer(
        WaitingRooms rooms,
        MailboxFactory mailboxes,
        Presences presences,
        BellQueues queues,
        InstanceBell bell,
        UnsettledWork work,
        IOptions<DoorbellOptions> options,
        TimeProvider time,
        ILogger<Ringer> logger)
    {
        ArgumentNullException.ThrowIfNull(rooms);
        (_rooms, _mailboxes, _presences, _queues, _bell) = (rooms, mailboxes, presences, queues, bell);
        (_work, _options, _time, _logger) = (work, options, time, logger);
        rooms.RingUnanswered += OnRingUnanswered;
    }

    /// <summary>Rings for a message that is in the mailbox. A ring at another instance continues in the background.</summary>
    public void Ring(Recipient recipient, Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (!_rooms.Ring(recipient))
        {
            RingElsewhere(recipient, mailbox);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rooms.RingUnanswered -= OnRingUnanswered;

    private void OnRingUnanswered(Recipient recipient) => RingElsewhere(recipient, _mailboxes.Open(recipient));

    private void RingElsewhere(Recipient recipient, Mailbox mailbox)
    {
        if (!_options.Value.Enabled)
        {
            return;
        }

        lock (_gate)
        {
            // At most one ring per recipient is under way. That bounds the work, and saves requests when many messages
            // go to few recipients. The ring under way may have read the presence before this message was stored, so
            // one more follows it.
            if (!_underWay.TryAdd(recipient, false))
            {
                _underWay[recipient] = true;
                return;
            }
        }

        _ = RingUntilAllIsRungForAsync(recipient, mailbox);
    }

    private async Task RingUntilAllIsRungForAsync(Recipient recipient, Mailbox mailbox)
    {
        using var unsettled = _work.Begin();
        try
        {
            do
            {
                await RingElsewhereOnceAsync(recipient, mailbox);
            }
            while (IsToRingAgain(recipient));
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

    private async Task RingElsewhereOnceAsync(Recipient recipient, Mailbox mailbox)
    {
        try
        {
            if (await _presences.ReadAsync(mailbox, Deadline) is { } presence
                && presence.Until > _time.GetUtcNow()
                && presence.Instance != _bell.Name)
            {
                await _queues.LeaveNoteAsync(presence.Instance, recipient, Deadline);
            }
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotRung(_logger, mailbox.QueueName, ex.Message);
        }
    }

    private bool IsToRingAgain(Recipient recipient)
    {
        lock (_gate)
        {
            if (_underWay[recipient])
            {
                _underWay[recipient] = false;
                return true;
            }

            _underWay.Remove(recipient);
            return false;
        }
    }

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
