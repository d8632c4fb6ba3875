using FuncComet.Recipients;

namespace FuncComet.Doorbells;

/// <summary>Whether a recipient is there.</summary>
/// <param name="Recipient">The recipient.</param>
/// <param name="IsWaiting">Whether a poll of theirs waits, at this instance or another.</param>
/// <param name="LastSeen">When a poll of theirs was last known to wait, to the minute; null if none ever was.</param>
public sealed record RecipientPresence(Recipient Recipient, bool IsWaiting, DateTimeOffset? LastSeen);
