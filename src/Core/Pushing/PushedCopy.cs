using FuncComet.Recipients;

namespace FuncComet.Pushing;

/// <summary>The outcome of one recipient's copy of a push.</summary>
/// <param name="Recipient">Whose.</param>
/// <param name="Outcome">How its push ended.</param>
public sealed record PushedCopy(Recipient Recipient, PushOutcome Outcome)
{
    /// <summary>Whether the app has taken it over: the sender need not keep it.</summary>
    public bool IsAccepted => Outcome is PushOutcome.Stored or PushOutcome.Written;

    /// <summary>When an accepted copy expires.</summary>
    public DateTimeOffset Expires { get; init; }
}
