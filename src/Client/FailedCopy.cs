namespace FuncComet.Client;

/// <summary>A copy of a message that may not be stored.</summary>
/// <param name="Recipient">The recipient it was for.</param>
/// <param name="Code">The error code: <c>mailbox-full</c> or <c>storage-unavailable</c>.</param>
public sealed record FailedCopy(string Recipient, string Code);
