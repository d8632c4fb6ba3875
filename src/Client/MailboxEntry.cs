namespace FuncComet.Client;

/// <summary>A mailbox in a listing.</summary>
/// <param name="Recipient">Whose mailbox it is.</param>
public sealed record MailboxEntry(string Recipient)
{
    /// <summary>
    /// The approximate number of messages, including leased and delayed ones; null if counts were not asked for, or if the storage failed
    /// to tell.
    /// </summary>
    public long? Messages { get; init; }

    /// <summary>Whether a poll of the recipient is waiting; null if counts were not asked for, or if the storage failed to tell.</summary>
    public bool? IsWaiting { get; init; }

    /// <summary>
    /// When a poll was last known to wait, to the minute; null if never, if counts were not asked for, or if the storage failed to tell.
    /// </summary>
    public DateTimeOffset? LastSeen { get; init; }
}
