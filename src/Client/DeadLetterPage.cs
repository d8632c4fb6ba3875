namespace FuncComet.Client;

/// <summary>A page of the recipients that have dead letters.</summary>
/// <param name="Recipients">The recipients. A page may be empty and still have a <see cref="Next"/>.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterCount> Recipients)
{
    /// <summary>What to ask for the next page with; null after the last.</summary>
    public string? Next { get; init; }

    /// <inheritdoc cref="DeadLetterList.Older"/>
    public long Older { get; init; }
}
