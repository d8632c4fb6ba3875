using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Waiting;

namespace FuncComet.Doorbells;

/// <summary>
/// Publishes where polls wait for a recipient, in the metadata of the mailbox's queue, and reads it. An instance
/// publishes before it looks, and a push elsewhere reads after its message is stored, so one of the two always sees the
/// other. The presence written last is the one that counts.
/// </summary>
public sealed class Presences(WaitingRooms rooms, TimeProvider time)
{
    // What is written ends at a whole second. Rounding takes less than one of these, so a poll that ends at most a second later needs
    // no new write.
    private const long SecondsBeyond = 2;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(SecondsBeyond - 1);

    /// <summary>Publishes, before a poll looks, that it waits here.</summary>
    internal async Task PublishAsync(
        PresenceDue due, WaitingPoll poll, Mailbox mailbox, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + due.Left).ToUnixTimeSeconds() + SecondsBeyond);
        if (await WriteAsync(mailbox, new Presence(due.Instance, until), deadline, cancellationToken))
        {
            rooms.Published(poll, due.Instance, due.Until + Slack);
        }
    }

    /// <summary>Writes a presence, and creates the queue if there is none; false if Storage still deletes the queue.</summary>
    internal Task<bool> WriteAsync(
        Mailbox mailbox, Presence presence, TimeSpan deadline, CancellationToken cancellationToken) => StorageCall.RunAsync(
        "write the queue's metadata",
        deadline,
        time,
        async token =>
        {
            try
            {
                await WriteAsync(mailbox.Queue, MailboxMetadata.Of(mailbox.Recipient!, presence), token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsQueueBeingDeleted())
            {
                return false;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>The presence that was last written; null where there is none.</summary>
    internal Task<Presence?> ReadAsync(Mailbox mailbox, TimeSpan deadline) => StorageCall.RunAsync<Presence?>(
        "read the queue's metadata",
        deadline,
        time,
        async token =>
        {
            try
            {
                return MailboxMetadata.PresenceIn((await mailbox.Queue.GetPropertiesAsync(token)).Value.Metadata);
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return null;
            }
        });

    private static async Task WriteAsync(QueueClient queue, Dictionary<string, string> metadata, CancellationToken token)
    {
        try
        {
            await queue.SetMetadataAsync(metadata, token);
            return;
        }
        catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
        {
        }

        try
        {
            await queue.CreateAsync(metadata, token);
        }
        catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
        {
            await queue.SetMetadataAsync(metadata, token);
        }
    }
}
