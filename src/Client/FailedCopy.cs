namespace FuncComet.Client;

/// <summary>A copy of a message that may not be stored.</summary>
/// <param name="Recipient">The recipient it was for.</param>
/// <param name="Code">
/// The error code of the last attempt: <c>mailbox-full</c>, <c>too-many-requests</c> or <c>storage-unavailable</c> if the app has answered
/// for this copy, else the <see cref="FuncCometException.Code"/> of the whole attempt.
/// </param>
public sealed record FailedCopy(string Recipient, string Code);
