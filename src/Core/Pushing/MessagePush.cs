using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Recipients;

namespace FuncComet.Pushing;

/// <summary>Puts a message into a recipient's mailbox and wakes a poll of it that is held here.</summary>
public sealed class MessagePush(MailboxFactory mailboxes, Doorbell doorbell)
{
    /// <summary>Returns, with the time at which the message expires, when it is stored durably.</summary>
    /// <exception cref="StorageUnavailableException">It is not known to be stored.</exception>
    public async Task<DateTimeOffset> SendAsync(Recipient recipient, Message message, TimeSpan timeToLive)
    {
        var expires = await mailboxes.Open(recipient).SendAsync(message, timeToLive);
        doorbell.Ring(recipient);
        return expires;
    }
}
