using Azure.Storage.Queues.Models;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// A message that was received, or sent for one poll, and is hidden from everybody else until its lease ends, it is deleted or given back.
/// </summary>
public sealed class LeasedMessage
{
    private readonly Recipient _recipient;
    private readonly long _leasedAt;
    private readonly TimeSpan _lease;

    /// <summary>A message that was received.</summary>
    /// <param name="recipient">Whose.</param>
    /// <param name="received">As Storage returned it.</param>
    /// <param name="leasedAt">The timestamp at which its lease began, at the earliest. Leases are measured by the monotonic clock, which no change of the time of day touches.</param>
    /// <param name="lease">The lease.</param>
    internal LeasedMessage(Recipient recipient, QueueMessage received, long leasedAt, TimeSpan lease)
    {
        (_recipient, _leasedAt, _lease) = (recipient, leasedAt, lease);
        QueueMessageId = received.MessageId;
        PopReceipt = received.PopReceipt;
        QueueText = received.MessageText ?? "";
        var read = Messages.QueueText.Read(QueueText);
        Envelope = read.Envelope;
        Unreadable = read.Unreadable;
        Message = Envelope?.Message ?? Message.Foreign(received.MessageId, received.InsertedOn ?? DateTimeOffset.UnixEpoch, read.Foreign ?? QueueText);
        Deliveries = Math.Max(1, received.DequeueCount + (Envelope?.HandedOver ?? 0) - (Envelope?.Returned ?? 0));
    }

    /// <summary>A message that was sent into the lease of a poll that waits for it: nobody has received it, and Storage has counted no delivery.</summary>
    internal LeasedMessage(Recipient recipient, Envelope envelope, SentMessage sent)
    {
        (_recipient, _leasedAt, _lease) = (recipient, sent.SentAt, sent.Delay);
        QueueMessageId = sent.QueueMessageId;
        PopReceipt = sent.PopReceipt;
        QueueText = sent.Text;
        Envelope = envelope;
        Message = envelope.Message;
        Deliveries = envelope.HandedOver;
    }

    /// <summary>A message that is handed to a poll and not stored, for a time within which the poll must be done with it. It has no receipt.</summary>
    internal LeasedMessage(Recipient recipient, Message message, long leasedAt, TimeSpan lease)
    {
        (_recipient, _leasedAt, _lease) = (recipient, leasedAt, lease);
        (QueueMessageId, PopReceipt, QueueText) = ("", "", "");
        Message = message;
        Deliveries = 1;
    }

    /// <summary>What was pushed.</summary>
    public Message Message { get; }

    /// <summary>How often it was handed out, this time included; what was given back before an answer does not count.</summary>
    public long Deliveries { get; }

    /// <summary>What acknowledges this delivery.</summary>
    public Receipt Receipt => Receipt.For(_recipient, QueueMessageId, PopReceipt);

    /// <summary>Why it cannot be delivered at all; null where it can.</summary>
    public string? Unreadable { get; }

    /// <summary>The queue message's own text.</summary>
    internal string QueueText { get; }

    /// <summary>Null where another program put the message on the queue: there is then no counter of ours to write.</summary>
    internal Envelope? Envelope { get; }

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>How long it is still hidden from everybody else, at the least; below zero when its lease may have ended.</summary>
    public TimeSpan LeaseLeft(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return _lease - time.GetElapsedTime(_leasedAt);
    }
}
