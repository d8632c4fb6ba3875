namespace FuncComet.Client;

/// <summary>A copy of a message that is not known to be stored.</summary>
/// <param name="Recipient">Whose mailbox.</param>
/// <param name="Code">Why: <c>mailbox-full</c> or <c>storage-unavailable</c>.</param>
public sealed record FailedCopy(string Recipient, string Code);
