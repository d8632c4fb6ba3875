using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;

namespace FuncComet.Doorbells;

/// <summary>
/// Reads and writes where polls wait for a recipient, in the metadata of the mailbox's queue. Storage replaces metadata as
/// a whole and does not compare versions, so a write can drop what another instance has written since the last read. That
/// instance's next look finds its own presence missing, and writes it again (<see cref="PresencePublishing"/>).
/// </summary>
public sealed class PresenceStore(TimeProvider time)
{
    /// <summary>Writes the presences; false if there is no queue, or if Storage still deletes it.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="presences">The presences.</param>
    /// <param name="createsQueue">
    /// Whether to create the queue if there is none. A presence that is removed must not bring back an erased mailbox.
    /// </param>
    /// <param name="deadline">The longest it may take.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    internal Task<bool> WriteAsync(
        Mailbox mailbox,
        PresenceList presences,
        bool createsQueue,
        TimeSpan deadline,
        CancellationToken cancellationToken) => StorageCall.RunAsync(
        "write the queue's metadata",
        deadline,
        time,
        async token =>
        {
            try
            {
                await WriteAsync(mailbox.Queue, MailboxMetadata.Of(mailbox.Recipient!, presences), createsQueue, token);
                return true;
            }
            catch (RequestFailedException ex) when (ex.IsNoQueue())
            {
                return false;
            }
        },
        cancellationToken: cancellationToken);

    /// <summary>The presences in the metadata; none if there is no queue.</summary>
    internal async Task<PresenceList> ReadAsync(Mailbox mailbox, TimeSpan deadline) =>
        (await mailbox.ReadStatusAsync(deadline, CancellationToken.None))?.Presences ?? PresenceList.None;

    private static async Task WriteAsync(
        QueueClient queue, Dictionary<string, string> metadata, bool createsQueue, CancellationToken token)
    {
        try
        {
            await queue.SetMetadataAsync(metadata, token);
            return;
        }
        catch (RequestFailedException ex) when (createsQueue && ex.ErrorCode == QueueErrorCode.QueueNotFound)
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
