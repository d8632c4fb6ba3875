namespace FuncComet.Client;

/// <summary>What one call has deleted.</summary>
/// <param name="Removed">How many letters are deleted.</param>
/// <param name="Left">How many letters the recipients that this call came to still have.</param>
public sealed record PurgeResult(long Removed, long Left)
{
    /// <summary>What to make the next call for all recipients with; null if this one was the last.</summary>
    public string? Next { get; init; }

    /// <inheritdoc cref="DeadLetterList.Older"/>
    public long Older { get; init; }
}
