namespace FuncComet.Client.Connection;

/// <summary>
/// Pauses after consecutive failures: a random time up to a limit that doubles from 0.5 to 30 seconds. The full jitter keeps readers that
/// failed together from coming back together.
/// </summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>Counts a failure and returns the pause after it.</summary>
    public TimeSpan Next()
    {
        // 2^6 times the first limit exceeds the longest; stopping there keeps the shift from overflowing.
        var limit = First * (1 << Math.Min(_failures++, 6));
        return (limit < Longest ? limit : Longest) * random.NextDouble();
    }

    /// <summary>Forgets the failures, after a success.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Returns a random share of a time over which many clients should come back. It counts as no failure.</summary>
    public TimeSpan ShareOf(TimeSpan time) => time * random.NextDouble();
}
