using Azure.Storage.Queues.Models;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// A message that was received, or sent for one poll. It is hidden from all other receivers until its lease ends, or
/// until it is deleted or given back.
/// </summary>
public sealed class LeasedMessage
{
    private readonly Recipient _recipient;
    private readonly long _leasedAt;
    private readonly TimeSpan _lease;

    // By Storage's clock, for the receipt.
    private readonly DateTimeOffset _leaseEnd;
    private readonly DateTimeOffset _expires;

    /// <summary>A message that was received.</summary>
    /// <param name="recipient">The mailbox's recipient.</param>
    /// <param name="received">The message as Storage returned it.</param>
    /// <param name="read">Its text, as it was read.</param>
    /// <param name="leasedAt">
    /// The timestamp at which its lease began, at the earliest. Leases are measured with the monotonic clock, so that a
    /// change of the wall clock does not affect them.
    /// </param>
    /// <param name="lease">The lease.</param>
    internal LeasedMessage(Recipient recipient, QueueMessage received, QueueText read, long leasedAt, TimeSpan lease)
    {
        (_recipient, _leasedAt, _lease) = (recipient, leasedAt, lease);
        (_leaseEnd, _expires) = (received.NextVisibleOn ?? DateTimeOffset.MinValue, received.ExpiresOn ?? DateTimeOffset.MaxValue);
        QueueMessageId = received.MessageId;
        PopReceipt = received.PopReceipt;
        QueueText = received.MessageText ?? "";
        Envelope = read.Envelope;
        Unreadable = read.Unreadable;
        Message = Message.Of(received.MessageId, received.InsertedOn, QueueText, read);
        Deliveries = Math.Max(1, received.DequeueCount + (Envelope?.HandedOver ?? 0) - (Envelope?.Returned ?? 0));
    }

    /// <summary>
    /// A message that was stored under the lease of a waiting poll: it was not received, and Storage has counted no delivery.
    /// </summary>
    internal LeasedMessage(Recipient recipient, Envelope envelope, SentMessage sent)
    {
        (_recipient, _leasedAt, _lease) = (recipient, sent.SentAt, sent.Delay);
        (_leaseEnd, _expires) = (sent.Visible, sent.Expires);
        QueueMessageId = sent.QueueMessageId;
        PopReceipt = sent.PopReceipt;
        QueueText = sent.Text;
        Envelope = envelope;
        Message = envelope.Message;
        Deliveries = envelope.HandedOver;
    }

    /// <summary>
    /// A message that is handed to a poll without being stored. The poll must be done with it within
    /// <paramref name="lease"/>. It has no receipt.
    /// </summary>
    internal LeasedMessage(Recipient recipient, Message message, long leasedAt, TimeSpan lease)
    {
        (_recipient, _leasedAt, _lease) = (recipient, leasedAt, lease);
        (QueueMessageId, PopReceipt, QueueText) = ("", "", "");
        Message = message;
        Deliveries = 1;
    }

    /// <summary>The message that was pushed.</summary>
    public Message Message { get; }

    /// <summary>
    /// How often it was handed out, including this time. A delivery that was given back before the answer began does
    /// not count.
    /// </summary>
    public long Deliveries { get; }

    /// <summary>The receipt that acknowledges this delivery.</summary>
    public Receipt Receipt => Receipt.For(_recipient, QueueMessageId, PopReceipt, _leaseEnd, _expires);

    /// <summary>Why it cannot be delivered at all; null if it can be.</summary>
    public string? Unreadable { get; }

    /// <summary>The text of the queue message.</summary>
    internal string QueueText { get; }

    /// <summary>Null if another program put the message on the queue: it then has none of our counters.</summary>
    internal Envelope? Envelope { get; }

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>How long it stays hidden from other receivers, at least; below zero when its lease may have ended.</summary>
    public TimeSpan LeaseLeft(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return _lease - time.GetElapsedTime(_leasedAt);
    }
}
