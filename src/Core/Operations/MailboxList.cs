using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Operations;

/// <summary>Lists the recipients that have a mailbox.</summary>
public sealed partial class MailboxList(
    QueueListing queues,
    MailboxFactory mailboxes,
    PresenceQuery presences,
    IOptions<MailboxOptions> options,
    ILogger<MailboxList> logger)
{
    /// <summary>The most mailboxes of one call.</summary>
    public const int MaxListed = 1_000;

    /// <summary>The most mailboxes of one call that counts their messages, which costs a request for each.</summary>
    public const int MaxCounted = 100;

    /// <summary>The number of mailboxes of a call that does not say.</summary>
    public const int DefaultListed = 100;

    /// <summary>
    /// Lists up to <paramref name="max"/> mailboxes after a position, with their counts if <paramref name="isCounted"/>. Null if Storage
    /// refuses the position.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Storage did not list them.</exception>
    public async Task<QueuePage<ListedMailbox>?> ListAsync(QueuePosition? after, int max, bool isCounted)
    {
        var page = await queues.ListAsync($"{options.Value.QueuePrefix}-", max, after, RecipientOf);
        if (page is null)
        {
            return null;
        }

        ListedMailbox[] listed = isCounted
            ? [.. (await Task.WhenAll(page.Found.Select(CountAsync))).OfType<ListedMailbox>()]
            : [.. page.Found.Select(recipient => new ListedMailbox(recipient))];
        Log.Listed(logger, listed.Length);
        return new(listed, page.Next);
    }

    // The name that the metadata tells, if it is the one whose hash is the queue's name. The app's other queues, which have the same
    // prefix, have no such name.
    private Recipient? RecipientOf(QueueEntry queue) =>
        MailboxMetadata.RecipientIn(queue.Metadata) is { } recipient && recipient.QueueName(options.Value.QueuePrefix) == queue.Name
            ? recipient
            : null;

    /// <summary>Null if the mailbox is gone meanwhile; without counts if Storage does not tell.</summary>
    private async Task<ListedMailbox?> CountAsync(Recipient recipient)
    {
        var mailbox = mailboxes.Open(recipient);
        try
        {
            return await PresenceQuery.ReadAsync(mailbox) is { } status
                ? new(recipient) { Messages = status.Messages, Presence = presences.Of(recipient, status) }
                : null;
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotCounted(logger, mailbox.QueueName, ex.Message);
            return new(recipient);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listing of mailboxes: {Count} were listed.")]
        public static partial void Listed(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "Listing of mailboxes: {Queue} was not counted: {Reason}")]
        public static partial void NotCounted(ILogger logger, string queue, string reason);
    }
}

/// <summary>A mailbox of a listing.</summary>
/// <param name="Recipient">Its recipient.</param>
public sealed record ListedMailbox(Recipient Recipient)
{
    /// <summary>The approximate number of messages, including hidden ones; null if it was not counted.</summary>
    public long? Messages { get; init; }

    /// <summary>Whether a poll waits; null if the mailbox was not counted.</summary>
    public RecipientPresence? Presence { get; init; }
}
