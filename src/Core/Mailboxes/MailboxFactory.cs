using Azure.Storage.Queues;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>Opens mailboxes. Opening one makes no request.</summary>
public sealed class MailboxFactory(
    QueueServiceClient storage,
    IOptions<MailboxOptions> options,
    QueueTextReader texts,
    TimeProvider time)
{
    /// <summary>The mailbox of <paramref name="recipient"/>, whether or not its queue exists yet.</summary>
    public Mailbox Open(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new Mailbox(storage, recipient.QueueName(options.Value.QueuePrefix), recipient, time, texts);
    }

    /// <summary>Returns when Storage has answered one small request, which needs no more rights than a poll does.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    internal Task CheckStorageAsync()
    {
        var mailbox = new Mailbox(storage, $"{options.Value.QueuePrefix}-health", recipient: null, time);
        return mailbox.PeekAsync(Mailbox.Deadline, CancellationToken.None);
    }
}
