using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Pushing;

/// <summary>The outcome of one recipient's copy of a push.</summary>
/// <param name="Recipient">The copy's recipient.</param>
/// <param name="Outcome">How its push ended.</param>
public sealed record PushedCopy(Recipient Recipient, PushOutcome Outcome)
{
    /// <summary>Whether the app has accepted responsibility for it, so that the sender need not keep it.</summary>
    public bool IsAccepted => Outcome is PushOutcome.Stored or PushOutcome.Written;

    /// <summary>When an accepted copy expires.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Takes an accepted copy back; null if a poll was handed it, or may have been.</summary>
    public RecallHandle? Recall { get; init; }

    /// <summary>
    /// Whether a poll of the recipient waited; null if the push did not ask or Storage did not tell.
    /// </summary>
    public bool? IsWaiting { get; init; }

    /// <summary>How long a copy that failed would fail again, if that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
