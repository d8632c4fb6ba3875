namespace FuncComet.Client;

/// <summary>How many messages a mailbox holds.</summary>
/// <param name="Messages">The approximate number of messages, including leased and delayed ones.</param>
/// <param name="Exists">False until the first push.</param>
public sealed record MailboxCount(long Messages, bool Exists);
