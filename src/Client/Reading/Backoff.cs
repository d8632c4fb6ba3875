namespace FuncComet.Client;

/// <summary>
/// Pauses after failures in a row: anything up to a limit that doubles, half a second to half a minute, so that readers that failed together do not come back together.
/// </summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>The pause after one failure more.</summary>
    public TimeSpan Next()
    {
        // From 2^6 on the longest has been reached; the bound keeps the shift from overflowing.
        var limit = First * (1 << Math.Min(_failures++, 6));
        return (limit < Longest ? limit : Longest) * random.NextDouble();
    }

    /// <summary>All is well again.</summary>
    public void Reset() => _failures = 0;
}
