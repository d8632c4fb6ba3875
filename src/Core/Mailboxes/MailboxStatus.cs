namespace FuncComet.Mailboxes;

/// <summary>What one request tells of a mailbox without looking at its messages.</summary>
/// <param name="Messages">The approximate number of messages, including hidden ones; never lower than the true one.</param>
public sealed record MailboxStatus(long Messages)
{
    /// <summary>Where polls wait for the recipient.</summary>
    internal PresenceList Presences { get; init; } = PresenceList.None;
}
