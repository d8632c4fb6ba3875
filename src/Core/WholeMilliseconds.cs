namespace FuncComet;

/// <summary>
/// Timers drop the fraction of a millisecond, so that they fire before the time is over. Whoever waits again for the rest, which is less
/// than a millisecond, does not pause at all and keeps a core busy until the time is over.
/// </summary>
internal static class WholeMilliseconds
{
    /// <summary>The time in whole milliseconds, rounded up; zero if it is negative.</summary>
    public static TimeSpan RoundUp(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds)));
}
