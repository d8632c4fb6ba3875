namespace FuncComet.Client;

/// <summary>How many messages a mailbox holds, and whether its recipient is there.</summary>
/// <param name="Messages">The approximate number of messages, including leased and delayed ones.</param>
/// <param name="Exists">False until the first push.</param>
public sealed record MailboxCount(long Messages, bool Exists)
{
    /// <summary>Whether a poll of the recipient is waiting; null if the storage failed to tell, or the app is too old to tell.</summary>
    public bool? IsWaiting { get; init; }

    /// <summary>
    /// When a poll of the recipient was last known to wait, to the minute; null if never, if the storage failed to tell, or if the app is
    /// too old to tell.
    /// </summary>
    public DateTimeOffset? LastSeen { get; init; }
}
