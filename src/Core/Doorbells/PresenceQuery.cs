using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Doorbells;

/// <summary>
/// Answers whether a poll of a recipient waits. Of polls at this instance it knows itself; of others it knows what their
/// instances have published.
/// </summary>
public sealed partial class PresenceQuery(
    WaitingRooms rooms, MailboxFactory mailboxes, InstanceBell bell, TimeProvider time, ILogger<PresenceQuery> logger)
{
    /// <summary>The maximum number of recipients of one query.</summary>
    public const int MaxRecipients = 100;

    /// <summary>
    /// Asks for all recipients at the same time, and returns the answers in their order; null where Storage did not answer.
    /// </summary>
    public async Task<IReadOnlyList<(Recipient Recipient, RecipientPresence? Presence)>> AskAsync(IReadOnlyList<Recipient> recipients) =>
        await Task.WhenAll(recipients.Select(async recipient => (recipient, await AskAsync(recipient))));

    /// <summary>
    /// Whether a poll of the recipient waits; null if Storage did not answer. Asks Storage only if none waits at this instance.
    /// </summary>
    public async Task<RecipientPresence?> AskAsync(Recipient recipient)
    {
        var mailbox = mailboxes.Open(recipient);
        try
        {
            return rooms.IsWaiting(recipient)
                ? new RecipientPresence(recipient, IsWaiting: true, PresenceList.ToTheMinute(time.GetUtcNow()))
                : Of(recipient, await ReadAsync(mailbox));
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            return null;
        }
    }

    /// <summary>Reads what <see cref="Of"/> needs.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    public static Task<MailboxStatus?> ReadAsync(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        return mailbox.ReadStatusAsync(Mailbox.Deadline, CancellationToken.None);
    }

    /// <summary>The same, from the status of the recipient's mailbox that has just been read; null if there is no queue.</summary>
    public RecipientPresence Of(Recipient recipient, MailboxStatus? status)
    {
        var now = time.GetUtcNow();
        var presences = status?.Presences ?? PresenceList.None;
        var isWaiting = rooms.IsWaiting(recipient) || bell.OthersIn(presences.All, now).Length > 0;

        // If only this instance is named, its poll left a moment ago, and its presence has not been removed yet.
        var isSeenNow = isWaiting || presences.All.Any(presence => presence.Until > now);
        return new RecipientPresence(recipient, isWaiting, isSeenNow ? PresenceList.ToTheMinute(now) : presences.Seen);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Storage did not tell whether a poll of {Queue} waits: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);
    }
}
