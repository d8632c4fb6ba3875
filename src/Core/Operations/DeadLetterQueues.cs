using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Operations;

/// <summary>Lists the recipients that have a dead-letter queue, which may be empty.</summary>
public sealed class DeadLetterQueues(QueueListing queues, IOptions<MailboxOptions> options)
{
    /// <summary>Lists up to <paramref name="max"/> recipients; null if Storage refuses <paramref name="after"/>.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not list them.</exception>
    internal Task<QueuePage<DeadLetterOwner>?> ListAsync(int max, QueuePosition? after)
    {
        var prefix = options.Value.QueuePrefix;
        return queues.ListAsync(
            Recipient.DeadLetterQueuePrefix(prefix),
            max,
            after,
            queue => MailboxMetadata.RecipientIn(queue.Metadata) is { } recipient && recipient.DeadLetterQueueName(prefix) == queue.Name
                ? new DeadLetterOwner(recipient, queue.Position)
                : null);
    }
}

/// <summary>A recipient with a dead-letter queue.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="Position">The position in the listing just after the queue.</param>
internal sealed record DeadLetterOwner(Recipient Recipient, QueuePosition Position);
