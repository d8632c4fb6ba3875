namespace FuncComet.WakeUp;

/// <summary>What <c>GET /api/mailbox</c> answers.</summary>
/// <param name="Messages">The number of messages that are not acknowledged yet.</param>
/// <param name="Waiting">Whether a poll of the recipient waits.</param>
public sealed record MailboxState(long Messages, bool Waiting);
