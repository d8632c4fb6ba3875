namespace FuncComet.Waiting;

/// <summary>
/// When the hidden messages of one mailbox become visible by themselves, because a lease or a delay ends. Nobody rings for that, so polls look at these times.
/// Times are counted from a common start (<see cref="WaitingRooms"/>).
/// </summary>
internal sealed class HiddenTimes
{
    // Storage begins a lease a little after it was asked for, and ends it by its own clock: look soon after the expected time, and once more a little later.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    // Times that are close together share one span, in which polls look every few seconds. The bound on spans is a bound on memory.
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(30);
    private const int MaxSpans = 16;

    private readonly List<Span> _spans = new(1);

    /// <summary>When the last of them is over; zero where there is none.</summary>
    public TimeSpan End => _spans.Count == 0 ? TimeSpan.Zero : _spans[^1].Until;

    /// <summary>A message becomes visible at <paramref name="due"/>, or has by <paramref name="now"/> where that is later.</summary>
    public void Add(TimeSpan due, TimeSpan now)
    {
        due = due > now ? due : now;
        _spans.RemoveAll(span => span.Until <= now);
        var at = _spans.FindIndex(span => span.From > due + Soon);
        at = at < 0 ? _spans.Count : at;
        _spans.Insert(at, new Span(due + Soon, due + Late));
        MergeWithNext(at, MaxGap);
        MergeWithNext(at - 1, MaxGap);
        if (_spans.Count > MaxSpans)
        {
            MergeWithNext(Enumerable.Range(0, _spans.Count - 1).MinBy(GapAfter), TimeSpan.MaxValue);
        }
    }

    /// <summary>When the next look is due, after one at <paramref name="lastLook"/>; null where nothing is hidden.</summary>
    public TimeSpan? NextLookAfter(TimeSpan lastLook)
    {
        var next = _spans.FindIndex(span => span.Until > lastLook);
        if (next < 0)
        {
            return null;
        }

        var (from, until) = _spans[next];
        var within = lastLook + BackoffOptions.MaxUnreachable;
        return lastLook < from ? from : within < until ? within : until;
    }

    private TimeSpan GapAfter(int at) => _spans[at + 1].From - _spans[at].Until;

    private void MergeWithNext(int at, TimeSpan maxGap)
    {
        if (at >= 0 && at + 1 < _spans.Count && GapAfter(at) <= maxGap)
        {
            var (one, next) = (_spans[at], _spans[at + 1]);
            _spans[at] = new Span(one.From, one.Until > next.Until ? one.Until : next.Until);
            _spans.RemoveAt(at + 1);
        }
    }

    private readonly record struct Span(TimeSpan From, TimeSpan Until);
}
