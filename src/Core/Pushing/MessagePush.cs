using System.Diagnostics;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Offline;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Pushing;

/// <summary>
/// Puts a message into its recipients' mailboxes. If a poll for the recipient waits on this instance and the mailbox is
/// known to be empty, the message is stored under that poll's lease and handed over to the poll, which then needs no
/// look and no receive. Otherwise, a waiting poll, here or at another instance, is woken to look.
/// </summary>
public sealed partial class MessagePush(
    MailboxFactory mailboxes,
    MailboxDepths depths,
    WaitingRooms rooms,
    Ringer ringer,
    LeaseNotes leases,
    OfflineNotes notes,
    PresenceQuery presences,
    UnsettledWork work,
    FuncCometMetrics metrics,
    MessageLog messages,
    IOptions<PushOptions> options,
    IOptions<BackoffOptions> backoff,
    TimeProvider time,
    ILogger<MessagePush> logger)
{
    /// <summary>The maximum number of recipients of one push.</summary>
    public const int MaxRecipients = 100;

    // Storage requires a message's hidden time to be shorter than its time to live, and counts whole seconds.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Stores a copy for each recipient, all at the same time, and returns each copy's outcome in the order of the
    /// recipients. A copy that cannot be stored does not stop the others.
    /// </summary>
    /// <param name="recipients">The recipients whose mailboxes get a copy.</param>
    /// <param name="message">The message.</param>
    /// <param name="timeToLive">An undelivered copy expires after this time; whole seconds.</param>
    /// <param name="delay">
    /// The message cannot be delivered before this time has passed; whole seconds, less than <paramref name="timeToLive"/>.
    /// </param>
    /// <param name="trace">The trace that the push belongs to; the default if it came without one.</param>
    /// <param name="asksPresence">Whether the sender wants to know if polls of the recipients wait.</param>
    public async Task<PushedCopy[]> SendAsync(
        IReadOnlyCollection<Recipient> recipients,
        Message message,
        TimeSpan timeToLive,
        TimeSpan delay,
        ActivityContext trace = default,
        bool asksPresence = false)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(message);
        using var unsettled = work.Begin();
        using var activity = Tracing.StartPush(trace, message.Id, recipients.Count);
        var texts = new Texts(message with { TraceParent = Tracing.TraceParentOf(activity, trace) });
        var copies = await Task.WhenAll(recipients.Select(recipient => SendAsync(recipient, texts, timeToLive, delay, asksPresence)));
        if (Array.Exists(copies, copy => copy.Outcome == PushOutcome.StorageFailed))
        {
            Tracing.Failed(activity);
        }

        return copies;
    }

    private async Task<PushedCopy> SendAsync(
        Recipient recipient, Texts texts, TimeSpan timeToLive, TimeSpan delay, bool asksPresence)
    {
        var direct = delay == TimeSpan.Zero && options.Value.Handover == HandoverMode.Direct
            ? await HandOverDirectlyAsync(recipient, texts.Message)
            : WriteOutcome.NotBegun;
        if (direct == WriteOutcome.Written)
        {
            metrics.PushAccepted();
            return new PushedCopy(recipient, PushOutcome.Written)
            {
                Expires = time.GetUtcNow() + timeToLive,
                IsWaiting = asksPresence ? true : null,
            };
        }

        var mailbox = mailboxes.Open(recipient);
        var ring = new CopyRing(rooms, ringer, notes, presences, backoff.Value.Maximum, asksPresence);
        var claimed = delay == TimeSpan.Zero && direct == WriteOutcome.NotBegun
            ? await rooms.ClaimAsync(recipient, longestLease: timeToLive - Second)
            : null;
        try
        {
            if (!await depths.HasRoomAsync(recipient, mailbox, isSeenEmpty: claimed is not null))
            {
                return new PushedCopy(recipient, PushOutcome.MailboxFull);
            }

            // If direct delivery may have succeeded, store the message with its delivery already counted.
            var (sent, isHanded) = claimed is not null
                ? await HandOverAsync(recipient, mailbox, texts, timeToLive, claimed, ring)
                : (await SendAsync(recipient, mailbox, texts, isNew: direct == WriteOutcome.NotBegun, timeToLive, delay, ring),
                    direct != WriteOutcome.NotBegun);
            metrics.PushAccepted();
            return new PushedCopy(recipient, PushOutcome.Stored)
            {
                Expires = sent.Expires,
                IsWaiting = await ring.IsWaiting,
                Recall = isHanded ? null : RecallHandle.For(recipient, sent.QueueMessageId, sent.PopReceipt),
            };
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            return new PushedCopy(recipient, PushOutcome.StorageFailed) { RetryAfter = ex.RetryAfter };
        }
        finally
        {
            // If the message was not handed over, the claimed poll continues to wait.
            if (claimed is not null)
            {
                rooms.Release(claimed);
            }
        }
    }

    /// <summary>
    /// Hands the message over to a plain poll that waits here, without storing it. If that poll's client is known to
    /// have left, tries the next poll. Returns <see cref="WriteOutcome.NotBegun"/> if there is no such poll.
    /// </summary>
    private async Task<WriteOutcome> HandOverDirectlyAsync(Recipient recipient, Message message)
    {
        while (await rooms.ClaimAsync(recipient, longestLease: TimeSpan.MaxValue, plainOnly: true) is { } claimed)
        {
            var direct = new DirectDelivery(recipient, message, time);
            if (rooms.TryHandOver(claimed, direct) && await direct.OutcomeAsync() is var outcome and not WriteOutcome.NotBegun)
            {
                return outcome;
            }
        }

        return WriteOutcome.NotBegun;
    }

    private async Task<SentMessage> SendAsync(
        Recipient recipient, Mailbox mailbox, Texts texts, bool isNew, TimeSpan timeToLive, TimeSpan delay, CopyRing ring)
    {
        var sent = await SendOrExpectAsync(recipient, mailbox, isNew ? texts.Stored : texts.HandedOver, timeToLive, delay);
        messages.Stored(texts.Message.Id, sent.QueueMessageId, mailbox.QueueName, delay, sent.Expires);
        if (delay == TimeSpan.Zero)
        {
            ring.Stored(recipient, mailbox, texts.Message);
        }
        else
        {
            ring.Delayed(recipient, mailbox, texts.Message, delay);
        }

        return sent;
    }

    /// <summary>
    /// Stores a message. If that fails for a message that is hidden at first, perhaps only the answer was lost: polls that wait here look
    /// when it would become visible.
    /// </summary>
    private async Task<SentMessage> SendOrExpectAsync(
        Recipient recipient, Mailbox mailbox, string text, TimeSpan timeToLive, TimeSpan delay)
    {
        try
        {
            return await mailbox.SendAsync(text, timeToLive, delay, Mailbox.Deadline);
        }
        catch (StorageUnavailableException) when (delay > TimeSpan.Zero)
        {
            leases.Hidden(recipient, delay);
            throw;
        }
    }

    /// <summary>
    /// Stores the message hidden for the claimed poll's lease and hands it over. If that poll has left meanwhile,
    /// another poll that waits here gets it, or it is given back to the mailbox. If anything dies on the way, the queue
    /// still has the message, which becomes visible when the lease ends.
    /// </summary>
    private async Task<(SentMessage Sent, bool IsHanded)> HandOverAsync(
        Recipient recipient, Mailbox mailbox, Texts texts, TimeSpan timeToLive, WaitingPoll claimed, CopyRing ring)
    {
        var lease = claimed.Lease;
        var sent = await SendOrExpectAsync(recipient, mailbox, texts.HandedOver, timeToLive, delay: lease);
        messages.Stored(texts.Message.Id, sent.QueueMessageId, mailbox.QueueName, lease, sent.Expires);
        var message = new LeasedMessage(recipient, texts.HandedOverEnvelope, sent);
        for (var poll = claimed; ; poll = rooms.TryClaim(recipient, longestLease: lease))
        {
            if (poll is null)
            {
                // Only the newest pop receipt can take the message back.
                return (sent with { PopReceipt = await GiveBackAsync(recipient, mailbox, message, ring) ?? sent.PopReceipt }, false);
            }

            if (rooms.TryHandOver(poll, message))
            {
                ring.HandedOver(recipient, mailbox, texts.Message, poll.IsPlain ? null : lease);
                return (sent, true);
            }
        }
    }

    /// <summary>Returns the message's new pop receipt; null if there is none or it is unknown.</summary>
    private async Task<string?> GiveBackAsync(Recipient recipient, Mailbox mailbox, LeasedMessage message, CopyRing ring)
    {
        string? popReceipt = null;
        try
        {
            popReceipt = await mailbox.GiveBackAsync(message, undelivered: true, Mailbox.Deadline);
            if (popReceipt is not null)
            {
                messages.GivenBack(message.Message.Id, message.QueueMessageId, mailbox.QueueName);
            }
        }
        catch (StorageUnavailableException ex)
        {
            // The message is stored nevertheless, and becomes visible when the lease ends.
            leases.Hidden(recipient, message.LeaseLeft(time));
            Log.NotGivenBack(logger, message.Message.Id, mailbox.QueueName, ex.Message);
        }

        ring.Stored(recipient, mailbox, message.Message);
        return popReceipt;
    }

    /// <summary>The message as text for the queue. All recipients share a text, and most pushes need only one of the two.</summary>
    private sealed class Texts(Message message)
    {
        private readonly Lazy<string> _stored = new(() => new Envelope(message).Encode());
        private readonly Lazy<string> _handedOver = new(() => new Envelope(message, HandedOver: 1).Encode());

        public Message Message => message;

        /// <summary>Not delivered yet.</summary>
        public string Stored => _stored.Value;

        /// <summary>Delivered once, by a hand-over that Storage did not count.</summary>
        public string HandedOver => _handedOver.Value;

        public Envelope HandedOverEnvelope { get; } = new(message, HandedOver: 1);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Message {Id} of {Queue} was not handed over and could not be given back; it becomes visible when its lease ends: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, Guid id, string queue, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Push to {Queue} failed: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);
    }
}
