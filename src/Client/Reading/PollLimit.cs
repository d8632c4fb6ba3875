using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Finds out when something in front of the app, such as a proxy, ends requests; for all readers of a client. A poll is cut if it ended
/// after a second or more, sooner than it asked for, and not by the app. What follows from how polls end: (1) One is cut: this may have
/// been a crash. (2) Another that began after that is cut at about the same time: that is the limit, and later polls ask for less. (3) The
/// app answers one later than that: there is no such limit. (4) Now and then a probe asks for the whole time, because the limit may have
/// changed. Some proxies keep their request to the app open when they cut a poll, and the app hands it a message that nobody gets. So as
/// long as polls may be cut, they ask for a short lease.
/// </summary>
internal sealed partial class PollLimit(TimeProvider time, ILogger logger)
{
    // The app needs time for its last look, and the answer for its way.
    private const double ShareOfLimit = 0.8;

    // Two cuts are alike if they differ by at most this share of the longer one, or by this time.
    private const double LikeShare = 0.1;
    private static readonly TimeSpan LikeTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestCut = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RarestProbe = TimeSpan.FromMinutes(60);

    private readonly Lock _lock = new();

    // The time of the first cut, while the second is awaited.
    private TimeSpan? _first;

    // When the last cut that counted happened. Polls that began before it may have been cut by the same cause.
    private long _lastCut = time.GetTimestamp();

    // While polls may be cut: the time of the last cut.
    private TimeSpan? _doubt;

    // The limit that was found out; null if there is none.
    private TimeSpan? _known;

    private long _probesFrom;
    private TimeSpan _untilProbe;
    private bool _isProbing;

    // What the last line of the log says.
    private TimeSpan? _told;

    /// <summary>Begins a poll that would like to wait for this time. Call <see cref="End"/> when it is over, however it ended.</summary>
    public PlannedPoll Begin(TimeSpan wait)
    {
        lock (_lock)
        {
            var longest = _known is { } known ? LongestPoll(known) : wait;
            var isProbe = longest < wait && !_isProbing && time.GetElapsedTime(_probesFrom) >= _untilProbe;
            _isProbing |= isProbe;
            return new PlannedPoll(
                isProbe || wait < longest ? wait : longest,
                HasShortLease: isProbe || _doubt is not null,
                isProbe,
                time.GetTimestamp());
        }
    }

    /// <summary>The app has answered the poll, after this time.</summary>
    public void Answered(PlannedPoll poll, TimeSpan held)
    {
        lock (_lock)
        {
            if (held > _first)
            {
                _first = null;
            }

            if (held > _doubt || poll.Wait < _doubt)
            {
                _doubt = null;
            }

            if (held > _known)
            {
                _known = null;
                Tell();
            }
        }
    }

    /// <summary>The poll ended after this time, and not by the app. That was a cut, unless it was too soon or as late as asked.</summary>
    public void Interrupted(PlannedPoll poll, TimeSpan held)
    {
        if (held < ShortestCut || held >= poll.Wait)
        {
            return;
        }

        lock (_lock)
        {
            if (poll.IsProbe)
            {
                _probesFrom = time.GetTimestamp();
                _untilProbe = 2 * _untilProbe < RarestProbe ? 2 * _untilProbe : RarestProbe;
            }

            if (poll.IsProbe && _known is { } known && (held > known || AreAlike(held, known)))
            {
                _known = AreAlike(held, known) ? known : held;
            }
            else if (poll.Began >= _lastCut)
            {
                Count(held);
            }

            Tell();
        }
    }

    /// <summary>Ends a poll. If it was a probe and showed nothing, the next poll is the probe.</summary>
    public void End(PlannedPoll poll)
    {
        lock (_lock)
        {
            _isProbing &= !poll.IsProbe;
        }
    }

    private void Count(TimeSpan held)
    {
        (_lastCut, _doubt) = (time.GetTimestamp(), held);
        if (_first is not { } first || !AreAlike(first, held))
        {
            _first = held;
            return;
        }

        var limit = first < held ? first : held;
        _first = null;

        // Where even the shortest polls are cut, the limit is found out again and again, which must not put off the probes.
        if (_known is not { } known || LongestPoll(limit) != LongestPoll(known))
        {
            (_probesFrom, _untilProbe) = (time.GetTimestamp(), FirstProbe);
        }

        _known = limit;
    }

    private void Tell()
    {
        TimeSpan? polls = _known is { } known ? LongestPoll(known) : null;
        if (polls == _told)
        {
            return;
        }

        _told = polls;
        if (polls is null)
        {
            Log.LimitGone(logger);
        }
        else
        {
            Log.LimitFound(logger, Math.Round(_known!.Value.TotalSeconds), polls.Value.TotalSeconds);
        }
    }

    private static TimeSpan LongestPoll(TimeSpan limit)
    {
        var share = TimeSpan.FromSeconds(Math.Floor(limit.TotalSeconds * ShareOfLimit));
        return share > ShortestPoll ? share : ShortestPoll;
    }

    private static bool AreAlike(TimeSpan one, TimeSpan other)
    {
        var longer = one > other ? one : other;
        var tolerance = longer * LikeShare > LikeTime ? longer * LikeShare : LikeTime;
        return (one - other).Duration() <= tolerance;
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Information, "Requests are ended after {Limit} s, so polls ask for {Polls} s")]
        public static partial void LimitFound(ILogger logger, double limit, double polls);

        [LoggerMessage(12, LogLevel.Information, "Requests last longer again, so polls ask for their whole time")]
        public static partial void LimitGone(ILogger logger);
    }
}
