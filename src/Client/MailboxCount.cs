namespace FuncComet.Client;

/// <summary>What waits in a mailbox.</summary>
/// <param name="Messages">About how many messages, hidden and delayed ones included.</param>
/// <param name="Exists">False until the first push.</param>
public sealed record MailboxCount(long Messages, bool Exists);
