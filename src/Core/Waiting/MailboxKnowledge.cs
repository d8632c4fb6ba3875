namespace FuncComet.Waiting;

/// <summary>What a <see cref="WaitingRoom"/> knows of its mailbox. At first nothing.</summary>
/// <param name="State">The state.</param>
/// <param name="Since">When a look last found it empty.</param>
internal readonly record struct MailboxKnowledge(MailboxState State, TimeSpan Since)
{
    /// <summary>Whether the last look found nothing, and this instance knows of nothing that has come since.</summary>
    public bool IsEmpty => State is MailboxState.Empty or MailboxState.Missing;

    /// <summary>A push has rung.</summary>
    public MailboxKnowledge Rung() => this with { State = MailboxState.Rung };

    /// <summary>A look has begun. It answers the ring, so that a later one is told from it.</summary>
    public MailboxKnowledge LookBegun() => State == MailboxState.Rung ? this with { State = MailboxState.Unknown } : this;

    /// <summary>A look has found nothing. It says nothing about a ring that came after it began.</summary>
    public MailboxKnowledge FoundEmpty(bool isMissing, TimeSpan now) =>
        State == MailboxState.Rung ? this : new(isMissing ? MailboxState.Missing : MailboxState.Empty, now);

    /// <summary>Something may have come; with <paramref name="isUnanswered"/> the ring that a look was to answer still stands, as does one that came since.</summary>
    public MailboxKnowledge Forgotten(bool isUnanswered = false) =>
        this with { State = isUnanswered || State == MailboxState.Rung ? MailboxState.Rung : MailboxState.Unknown };
}

/// <summary>The state of a mailbox, as far as a <see cref="WaitingRoom"/> knows it.</summary>
internal enum MailboxState
{
    /// <summary>Nothing is known: a look is wanted.</summary>
    Unknown,

    /// <summary>A push has rung since the last look began: a look is wanted, and nothing is handed over before it, since that would overtake the message.</summary>
    Rung,

    /// <summary>It is empty.</summary>
    Empty,

    /// <summary>It is empty; there is no queue yet.</summary>
    Missing,
}
