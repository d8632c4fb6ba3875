namespace FuncComet.Client;

/// <summary>Whether a recipient is there.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="IsWaiting">Whether a poll of the recipient is waiting; null if the storage failed to tell.</param>
/// <param name="LastSeen">When a poll was last known to wait, to the minute; null if never, or if the storage failed to tell.</param>
public sealed record RecipientPresence(string Recipient, bool? IsWaiting, DateTimeOffset? LastSeen);
