namespace FuncComet.Client;

/// <summary>A copy of a message in a recipient's mailbox.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="Id">The message's id, the same for every recipient and in every delivery.</param>
/// <param name="Expires">When the copy is deleted if it has not been delivered.</param>
public sealed record PushedCopy(string Recipient, string Id, DateTimeOffset Expires);
