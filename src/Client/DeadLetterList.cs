namespace FuncComet.Client;

/// <summary>The dead letters of one recipient.</summary>
/// <param name="Letters">The first letters.</param>
/// <param name="Count">The approximate number of all letters.</param>
public sealed record DeadLetterList(IReadOnlyList<DeadLetter> Letters, long Count)
{
    /// <summary>
    /// How many letters of an earlier version, of any recipient, still wait to be sorted. Each call about dead letters sorts some of them.
    /// </summary>
    public long Older { get; init; }
}
