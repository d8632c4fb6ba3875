using System.Diagnostics;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Recipients;
using FuncComet.Telemetry;

namespace FuncComet.Pushing;

/// <summary>Puts a message into its recipients' mailboxes and wakes polls of them that are held here.</summary>
public sealed class MessagePush(MailboxFactory mailboxes, MailboxDepths depths, Doorbell doorbell, FuncCometMetrics metrics)
{
    /// <summary>The most recipients of one push.</summary>
    public const int MaxRecipients = 100;

    /// <summary>
    /// Stores a copy for each recipient, all at a time, and returns what became of each in their order. A copy that is not stored does not
    /// stop the others.
    /// </summary>
    /// <param name="recipients">Whose mailboxes.</param>
    /// <param name="message">What is pushed.</param>
    /// <param name="timeToLive">After this an undelivered copy is dropped; whole seconds.</param>
    /// <param name="delay">Before this it cannot be delivered; whole seconds, less than <paramref name="timeToLive"/>.</param>
    /// <param name="trace">The trace that the push belongs to; the default where it came with none.</param>
    public async Task<PushedCopy[]> SendAsync(IReadOnlyCollection<Recipient> recipients, Message message, TimeSpan timeToLive, TimeSpan delay, ActivityContext trace = default)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(message);
        using var activity = Tracing.StartPush(trace, message, recipients.Count);
        var envelope = new Envelope(message with { TraceParent = Tracing.TraceParentOf(activity, trace) }).Encode();
        var copies = await Task.WhenAll(recipients.Select(recipient => SendAsync(recipient, envelope, timeToLive, delay)));
        Tracing.Ended(activity, copies);
        return copies;
    }

    private async Task<PushedCopy> SendAsync(Recipient recipient, string envelope, TimeSpan timeToLive, TimeSpan delay)
    {
        var mailbox = mailboxes.Open(recipient);
        try
        {
            if (!await depths.HasRoomAsync(recipient, mailbox))
            {
                return new PushedCopy(recipient, PushEnd.MailboxFull);
            }

            var sent = await mailbox.SendAsync(envelope, timeToLive, delay, Mailbox.Deadline);
            if (delay == TimeSpan.Zero)
            {
                doorbell.Ring(recipient);
            }

            metrics.PushAccepted();
            return new PushedCopy(recipient, PushEnd.Stored) { Expires = sent.Expires };
        }
        catch (StorageUnavailableException)
        {
            return new PushedCopy(recipient, PushEnd.StorageFailed);
        }
    }
}

/// <summary>What became of one recipient's copy.</summary>
/// <param name="Recipient">Whose.</param>
/// <param name="End">How its push ended.</param>
public sealed record PushedCopy(Recipient Recipient, PushEnd End)
{
    /// <summary>When a stored copy expires.</summary>
    public DateTimeOffset Expires { get; init; }
}

/// <summary>How the push of a copy ends.</summary>
public enum PushEnd
{
    /// <summary>It is stored durably.</summary>
    Stored,

    /// <summary>As many messages as may wait are waiting; nothing was stored.</summary>
    MailboxFull,

    /// <summary>Storage did not answer, after its client's own retries; the copy is not known to be stored.</summary>
    StorageFailed,
}
