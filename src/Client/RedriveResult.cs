namespace FuncComet.Client;

/// <summary>What one call has put back into the mailboxes.</summary>
/// <param name="Moved">How many letters are in their mailboxes again.</param>
/// <param name="Left">How many letters the recipients that this call came to still have, because a mailbox is full, for example.</param>
public sealed record RedriveResult(long Moved, long Left)
{
    /// <summary>What to make the next call for all recipients with; null if this one was the last.</summary>
    public string? Next { get; init; }

    /// <inheritdoc cref="DeadLetterList.Older"/>
    public long Older { get; init; }
}
