using FuncComet.Mailboxes;
using FuncComet.Messages;

namespace FuncComet.Core.Tests.Mailboxes;

internal static class MailboxSends
{
    /// <summary>Whether a peek finds a message that can be received.</summary>
    public static async Task<bool> HasMessageAsync(this Mailbox mailbox, TimeSpan deadline, CancellationToken cancellationToken) =>
        await mailbox.PeekAsync(deadline, cancellationToken) == MailboxContent.Messages;

    /// <summary>Sends a message as a push does, by default without a delay.</summary>
    public static async Task<DateTimeOffset> SendAsync(
        this Mailbox mailbox, Message message, TimeSpan timeToLive, TimeSpan delay = default) =>
        (await mailbox.SendAsync(new Envelope(message).Encode(), timeToLive, delay, Mailbox.Deadline)).Expires;
}
