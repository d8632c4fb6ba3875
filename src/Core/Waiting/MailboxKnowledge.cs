namespace FuncComet.Waiting;

/// <summary>What a <see cref="WaitingRoom"/> knows about its mailbox. Initially it knows nothing.</summary>
/// <param name="State">The state.</param>
/// <param name="Since">When a look last found the mailbox empty.</param>
internal readonly record struct MailboxKnowledge(MailboxState State, TimeSpan Since)
{
    /// <summary>Whether the last look found nothing, and this instance knows of no message that has come since.</summary>
    public bool IsEmpty => State is MailboxState.Empty or MailboxState.Missing;

    /// <summary>A push has rung.</summary>
    public MailboxKnowledge Rung() => this with { State = MailboxState.Rung };

    /// <summary>A look has begun. It answers an earlier ring, so that a ring during the look can be told from it.</summary>
    public MailboxKnowledge LookBegun() => State == MailboxState.Rung ? this with { State = MailboxState.Unknown } : this;

    /// <summary>A look has found nothing. That says nothing about a ring that came after the look began.</summary>
    public MailboxKnowledge FoundEmpty(bool isMissing, TimeSpan now) =>
        State == MailboxState.Rung ? this : new(isMissing ? MailboxState.Missing : MailboxState.Empty, now);

    /// <summary>
    /// A message may have come. With <paramref name="isUnanswered"/>, the ring that the look was to answer still
    /// stands. A ring that came during the look always does.
    /// </summary>
    public MailboxKnowledge Forgotten(bool isUnanswered = false) =>
        this with { State = isUnanswered || State == MailboxState.Rung ? MailboxState.Rung : MailboxState.Unknown };
}

/// <summary>The state of a mailbox, as far as a <see cref="WaitingRoom"/> knows it.</summary>
internal enum MailboxState
{
    /// <summary>Nothing is known, so a look is needed.</summary>
    Unknown,

    /// <summary>
    /// A push has rung since the last look began. A look is needed, and no message is handed over before it, since that
    /// would overtake the message of the ring.
    /// </summary>
    Rung,

    /// <summary>The mailbox is empty.</summary>
    Empty,

    /// <summary>The mailbox is empty because it has no queue yet.</summary>
    Missing,
}
