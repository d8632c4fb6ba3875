namespace FuncComet.Waiting;

/// <summary>What a <see cref="WaitingRoom"/> knows of its mailbox. At first nothing.</summary>
/// <param name="Found">
/// What the last look found: <see cref="MailboxState.Empty"/> or <see cref="MailboxState.Missing"/>, else
/// <see cref="MailboxState.Unknown"/>.
/// </param>
/// <param name="Since">When a look last found nothing.</param>
/// <param name="Rings">How many pushes have rung without a look that began after it.</param>
internal readonly record struct MailboxKnowledge(MailboxState Found, TimeSpan Since, int Rings)
{
    /// <summary>The state.</summary>
    public MailboxState State => Rings > 0 ? MailboxState.Rung : Found;

    /// <summary>Whether the last look found nothing, and this instance knows of nothing that has come since.</summary>
    public bool IsEmpty => State is MailboxState.Empty or MailboxState.Missing;

    /// <summary>A push has rung.</summary>
    public MailboxKnowledge Rung() => this with { Found = MailboxState.Unknown, Rings = Rings + 1 };

    /// <summary>A look has begun. It takes over the rings, so that one during the look can be recognised.</summary>
    public MailboxKnowledge LookBegun() => this with { Rings = 0 };

    /// <summary>A look has found nothing. That says nothing about a ring that came after the look began.</summary>
    public MailboxKnowledge FoundEmpty(bool isMissing, TimeSpan now) =>
        Rings > 0 ? this : new(isMissing ? MailboxState.Missing : MailboxState.Empty, now, Rings);

    /// <summary>All that has come since a look last found nothing has been received.</summary>
    public MailboxKnowledge Emptied() => this with { Found = MailboxState.Empty };

    /// <summary>Something may have come. With <paramref name="unanswered"/>: rings that a look took over and did not answer.</summary>
    public MailboxKnowledge Forgotten(int unanswered = 0) => this with { Found = MailboxState.Unknown, Rings = Rings + unanswered };
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
