using Microsoft.Extensions.Options;

namespace FuncComet.Waiting;

/// <summary>
/// The pauses between looks into an empty mailbox. Each pause is twice the one before, up to the maximum, and is
/// shortened by a random share. Times are counted from a common start (<see cref="WaitingRooms"/>).
/// </summary>
public sealed class Backoff(IOptions<BackoffOptions> options, Random random)
{
    // Long pauses end on this grid.
    private static readonly TimeSpan Grid = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause after <paramref name="step"/> looks in a row that found nothing.</summary>
    /// <param name="step">The number of looks: 0 or more.</param>
    /// <param name="now">When the pause begins.</param>
    /// <param name="isUnreachable">
    /// True if pushes at other instances should wake the poll but currently cannot. The pause is then at most
    /// <see cref="BackoffOptions.MaxUnreachable"/>.
    /// </param>
    public TimeSpan Pause(int step, TimeSpan now, bool isUnreachable = false)
    {
        var longest = isUnreachable && IsLongestLong ? BackoffOptions.MaxUnreachable : options.Value.Maximum;
        var doubled = Doubled(step);
        return Shortened(doubled < longest ? doubled : longest, now);
    }

    /// <summary>The longest pause, for polls that any push wakes: their looks only catch lost rings.</summary>
    /// <param name="now">When the pause begins.</param>
    /// <param name="least">It is not shortened below this time, unless <see cref="Longest"/> is shorter.</param>
    public TimeSpan LongestPause(TimeSpan now, TimeSpan least = default)
    {
        var pause = Shortened(Longest, now);
        if (pause >= least)
        {
            return pause;
        }

        var onGrid = least + TimeSpan.FromTicks((Grid.Ticks - ((now + least).Ticks % Grid.Ticks)) % Grid.Ticks);
        return onGrid < Longest ? onGrid : Longest;
    }

    /// <summary>No pause is longer.</summary>
    public TimeSpan Longest => options.Value.Maximum;

    /// <summary>Whether the longest pause is so long that no hidden message may become visible in it unnoticed.</summary>
    public bool IsLongestLong => options.Value.Maximum > BackoffOptions.MaxUnreachable;

    /// <summary>The same for the pause after <paramref name="step"/> looks that found nothing.</summary>
    public bool IsLong(int step) => IsLongestLong && Doubled(step) > BackoffOptions.MaxUnreachable;

    // The bound keeps the shift from overflowing. It changes no pause: 2^30 times the shortest initial pause exceeds any maximum.
    private TimeSpan Doubled(int step) => options.Value.Initial * (1L << Math.Min(step, 30));

    /// <summary>
    /// Shortens a pause by a random share, and aligns a long one to the grid. One wake-up of the process then serves
    /// the looks of several rooms, which saves nearly half of the cost of thousands of idle polls. Only polls that
    /// pushes wake have long pauses, so the few milliseconds do not matter.
    /// </summary>
    private TimeSpan Shortened(TimeSpan pause, TimeSpan now)
    {
        pause *= 1 - (options.Value.Jitter * random.NextDouble());
        return pause <= BackoffOptions.MaxUnreachable ? pause : pause - TimeSpan.FromTicks((now + pause).Ticks % Grid.Ticks);
    }
}
