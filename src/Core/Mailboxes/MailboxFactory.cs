using Azure.Storage.Queues;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>Opens mailboxes. Opening one asks nothing of Storage.</summary>
public sealed class MailboxFactory(QueueServiceClient storage, IOptions<MailboxOptions> options, TimeProvider time)
{
    /// <summary>The mailbox of <paramref name="recipient"/>, whether its queue exists yet or not.</summary>
    public Mailbox Open(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new Mailbox(storage, recipient.QueueName(options.Value.QueuePrefix), recipient, time);
    }

    /// <summary>Returns when Storage has answered one small request; it needs no right beyond those of a poll.</summary>
    /// <exception cref="StorageUnavailableException">It did not.</exception>
    internal Task CheckStorageAsync() =>
        new Mailbox(storage, $"{options.Value.QueuePrefix}-health", recipient: null, time).PeekAsync(Mailbox.Deadline, CancellationToken.None);
}
