namespace FuncComet.Mailboxes;

/// <summary>What became of one receipt of a request to change leases.</summary>
/// <param name="Receipt">The receipt as it was given.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record LeaseChange(Receipt Receipt, LeaseOutcome Outcome)
{
    /// <summary>The receipt that takes its place, if the lease was changed; null otherwise.</summary>
    public Receipt? Renewed { get; init; }

    /// <summary>Why it is not known whether the lease was changed, if it is not known; null otherwise.</summary>
    public StorageUnavailableException? Failure { get; init; }
}
