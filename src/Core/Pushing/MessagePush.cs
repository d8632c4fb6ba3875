using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Recipients;

namespace FuncComet.Pushing;

/// <summary>Puts a message into its recipients' mailboxes and wakes polls of them that are held here.</summary>
public sealed class MessagePush(MailboxFactory mailboxes, Doorbell doorbell)
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
        try
        {
            var expires = await mailboxes.Open(recipient).SendAsync(envelope, timeToLive, delay);
            if (delay == TimeSpan.Zero)
            {
                doorbell.Ring(recipient);
            }

            return new PushedCopy(recipient, expires);
        }
        catch (StorageUnavailableException)
        {
            return new PushedCopy(recipient, Expires: null);
        }
    }
}

/// <summary>What became of one recipient's copy.</summary>
/// <param name="Recipient">Whose.</param>
/// <param name="Expires">When it expires; null where storage failed and the copy is not known to be stored.</param>
public sealed record PushedCopy(Recipient Recipient, DateTimeOffset? Expires);
