namespace FuncComet.Waiting;

/// <summary>
/// When the hidden messages of one mailbox become visible because a lease or a delay ends. No push rings for these
/// messages, so polls look at these times.
/// Times are counted from a common start (<see cref="WaitingRooms"/>).
/// </summary>
internal sealed class HiddenTimes
{
    // Storage begins a lease shortly after the request, and ends it by its own clock. So look soon after the expected
    // time, and once more a little later.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    // Times that are close together share one interval, in which polls look every few seconds. The bound on intervals
    // bounds memory.
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(30);
    private const int MaxIntervals = 16;

    private readonly List<Interval> _intervals = new(1);

    /// <summary>Adds that a message becomes visible at <paramref name="due"/>, or at <paramref name="now"/> if that is later.</summary>
    public void Add(TimeSpan due, TimeSpan now)
    {
        due = due > now ? due : now;
        _intervals.RemoveAll(interval => interval.Until + Late <= now);
        var at = _intervals.FindIndex(interval => interval.From > due + Soon);
        at = at < 0 ? _intervals.Count : at;
        _intervals.Insert(at, new Interval(due + Soon, due + Late));
        MergeWithNext(at);
        MergeWithNext(at - 1);
        if (_intervals.Count > MaxIntervals)
        {
            // Polls find that message after their pause. The times before it are looked at exactly.
            _intervals.RemoveAt(_intervals.Count - 1);
        }
    }

    /// <summary>When the next look is due, after one at <paramref name="lastLook"/>; null if nothing is hidden.</summary>
    public TimeSpan? NextLookAfter(TimeSpan lastLook)
    {
        var next = _intervals.FindIndex(interval => interval.Until > lastLook);
        if (next < 0)
        {
            return null;
        }

        var (from, until) = _intervals[next];
        var within = lastLook + BackoffOptions.MaxUnreachable;
        return lastLook < from ? from : within < until ? within : until;
    }

    private void MergeWithNext(int at)
    {
        if (at >= 0 && at + 1 < _intervals.Count && _intervals[at + 1].From - _intervals[at].Until <= MaxGap)
        {
            var (one, next) = (_intervals[at], _intervals[at + 1]);
            _intervals[at] = new Interval(one.From, one.Until > next.Until ? one.Until : next.Until);
            _intervals.RemoveAt(at + 1);
        }
    }

    private readonly record struct Interval(TimeSpan From, TimeSpan Until);
}
