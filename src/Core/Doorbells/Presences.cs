using Azure;
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
    // A presence ends at a whole second, and not before the last poll: one second for rounding, and one for clocks that differ.
    private const long SecondsBeyond = 2;

    /// <summary>If a presence is due, publishes before a poll looks that it waits here.</summary>
    internal async Task PublishAsync(WaitingPoll poll, Mailbox mailbox, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (rooms.PresenceDueFor(poll) is { } due)
        {
            var until = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + due.Left).ToUnixTimeSeconds() + SecondsBeyond);
            await WriteAsync(mailbox, new Presence(due.Instance, until), deadline, cancellationToken);
            rooms.Published(poll, due);
        }
    }

    /// <summary>Writes a presence, and creates the queue if there is none.</summary>
    internal Task WriteAsync(
        Mailbox mailbox, Presence presence, TimeSpan deadline, CancellationToken cancellationToken) => StorageCall.RunAsync(
        "write the queue's metadata",
        deadline,
        time,
        async token =>
        {
            var (queue, metadata) = (mailbox.Queue, MailboxMetadata.Of(mailbox.Recipient!, presence));
            try
            {
                return await queue.SetMetadataAsync(metadata, token);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
            }

            try
            {
                return await queue.CreateAsync(metadata, token);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueAlreadyExists)
            {
                return await queue.SetMetadataAsync(metadata, token);
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>The presence that was written last; null if there is none.</summary>
    internal Task<Presence?> ReadAsync(Mailbox mailbox) => StorageCall.RunAsync<Presence?>(
        "read the queue's metadata",
        Mailbox.Deadline,
        time,
        async token =>
        {
            try
            {
                return MailboxMetadata.PresenceIn((await mailbox.Queue.GetPropertiesAsync(token)).Value.Metadata);
            }
            catch (RequestFailedException ex) when (ex.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                return null;
            }
        });
}
