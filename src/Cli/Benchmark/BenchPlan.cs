namespace FuncComet.Cli.Benchmark;

/// <summary>What a bench does.</summary>
/// <param name="Clients">How many recipients poll, each with one poll at a time.</param>
/// <param name="Duration">How long messages are pushed.</param>
/// <param name="Rate">Messages a second, to all recipients together.</param>
/// <param name="Size">Bytes of a message.</param>
/// <param name="Prefix">What the recipients' names begin with.</param>
/// <param name="KeepsMailboxes">Whether the mailboxes stay.</param>
internal sealed record BenchPlan(int Clients, TimeSpan Duration, double Rate, int Size, string Prefix, bool KeepsMailboxes)
{
    /// <summary>How soon a message comes again whose acknowledgement was lost.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>The longest poll of the protocol, as a client has it that waits all day.</summary>
    public static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(220);

    // A part of the name is random, so that the mailboxes that are erased are always the bench's own.
    public IReadOnlyList<string> Recipients { get; } =
        [.. Names($"{Prefix}-{Guid.NewGuid().ToString("N")[..8]}", Clients)];

    private static IEnumerable<string> Names(string prefix, int count) => Enumerable.Range(1, count).Select(number => $"{prefix}-{number}");
}
