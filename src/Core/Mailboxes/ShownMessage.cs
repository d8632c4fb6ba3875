using Azure.Storage.Queues.Models;
using FuncComet.Messages;

namespace FuncComet.Mailboxes;

/// <summary>A message that waits in a mailbox, as it is shown to an operator.</summary>
/// <param name="Message">The message; if it is unreadable, its body is the text of the queue message.</param>
/// <param name="Deliveries">How often it was delivered so far; 0 for none.</param>
/// <param name="Expires">When it expires; null if it never does.</param>
/// <param name="IsForeign">Whether another program put it on the queue.</param>
/// <param name="Unreadable">Why it cannot be delivered at all; null if it can be.</param>
public sealed record ShownMessage(Message Message, long Deliveries, DateTimeOffset? Expires, bool IsForeign, string? Unreadable)
{
    internal static ShownMessage Of(PeekedMessage peeked, QueueText read) => new(
        Messages.Message.Of(peeked.MessageId, peeked.InsertedOn, peeked.MessageText ?? "", read),
        Math.Max(0, peeked.DequeueCount + (read.Envelope?.HandedOver ?? 0) - (read.Envelope?.Returned ?? 0)),
        peeked.ExpiresOn?.Year < DateTimeOffset.MaxValue.Year ? peeked.ExpiresOn : null,
        read.Foreign is not null,
        read.Unreadable);
}
