using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Recipients;

namespace FuncComet.Pushing;

/// <summary>Puts a message into its recipients' mailboxes and wakes polls of them that are held here.</summary>
public sealed class MessagePush(MailboxFactory mailboxes, MailboxDepths depths, Doorbell doorbell)
{
    /// <summary>The most recipients of one push.</summary>
    public const int MaxRecipients = 100;

    /// <summary>
    /// Stores a copy for each recipient, all at a time, and returns what became of each in their order. A copy that is not stored does not
    /// stop the others.
    /// </summary>
    public Task<PushedCopy[]> SendAsync(IEnumerable<Recipient> recipients, Message message, TimeSpan timeToLive, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(message);
        var envelope = new Envelope(message).Encode();
        return Task.WhenAll(recipients.Select(recipient => SendAsync(recipient, envelope, timeToLive, delay)));
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
