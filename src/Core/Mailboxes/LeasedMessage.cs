using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// A message that was received and is hidden from everybody else until its lease ends, it is deleted or given back.
/// </summary>
public sealed class LeasedMessage
{
    private readonly DateTimeOffset _leaseEnd;

    private readonly Recipient _recipient;

    internal LeasedMessage(Recipient recipient, Envelope? envelope, Message message, string queueMessageId, string popReceipt, long dequeueCount, DateTimeOffset leaseEnd)
    {
        _recipient = recipient;
        _leaseEnd = leaseEnd;
        Envelope = envelope;
        Message = message;
        QueueMessageId = queueMessageId;
        PopReceipt = popReceipt;
        Deliveries = Math.Max(1, dequeueCount + (envelope?.HandedOver ?? 0) - (envelope?.Returned ?? 0));
    }

    /// <summary>What was pushed.</summary>
    public Message Message { get; }

    /// <summary>How often it was handed out, this time included; what was given back before an answer does not count.</summary>
    public long Deliveries { get; }

    /// <summary>What acknowledges this delivery.</summary>
    public Receipt Receipt => Receipt.For(_recipient, QueueMessageId, PopReceipt);

    /// <summary>Null where another program put the message on the queue: there is then no counter of ours to write.</summary>
    internal Envelope? Envelope { get; }

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>How long it is still hidden from everybody else, at the least.</summary>
    public TimeSpan LeaseLeft(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return _leaseEnd - time.GetUtcNow();
    }
}
