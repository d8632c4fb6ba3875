using FuncComet.Recipients;

namespace FuncComet.Doorbells;

/// <summary>
/// The recipients whose last poll has left this instance, and when each is due: some time after its latest departure. It also records
/// whether a loop deals with them, so that there is only one.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="after">The time after which a departure is due.</param>
internal sealed class Departures(TimeProvider time, TimeSpan after)
{
    private readonly Lock _gate = new();

    // The oldest first.
    private readonly Queue<(Recipient Recipient, long At)> _all = [];

    // The latest departure of each recipient that is not dealt with yet. Earlier ones in the queue no longer count.
    private readonly Dictionary<Recipient, long> _latest = [];

    private bool _hasLoop;

    /// <summary>
    /// The last poll of a recipient has left. True if no loop deals with departures. Then the caller starts one, which ends when
    /// <see cref="TryNext"/> is false.
    /// </summary>
    public bool Add(Recipient recipient)
    {
        lock (_gate)
        {
            var at = time.GetTimestamp();
            _latest[recipient] = at;
            _all.Enqueue((recipient, at));
            if (_hasLoop)
            {
                return false;
            }

            _hasLoop = true;
            return true;
        }
    }

    /// <summary>Whether the recipient's departure is still to be dealt with.</summary>
    public bool Contains(Recipient recipient)
    {
        lock (_gate)
        {
            return _latest.ContainsKey(recipient);
        }
    }

    /// <summary>
    /// Takes the next departure that is due, with the time of it. If none is due yet, gives the pause until one is. False if none is left.
    /// </summary>
    public bool TryNext(out (Recipient Recipient, DateTimeOffset At)? due, out TimeSpan pause)
    {
        (due, pause) = (null, TimeSpan.Zero);
        lock (_gate)
        {
            while (_all.TryPeek(out var next))
            {
                var counts = _latest.TryGetValue(next.Recipient, out var latest) && latest == next.At;
                var ago = time.GetElapsedTime(next.At);
                if (counts && ago < after)
                {
                    pause = after - ago;
                    return true;
                }

                _all.Dequeue();
                if (counts)
                {
                    _latest.Remove(next.Recipient);
                    due = (next.Recipient, time.GetUtcNow() - ago);
                    return true;
                }
            }

            _hasLoop = false;
            return false;
        }
    }

    /// <summary>The loop has failed. The next departure that is added starts another.</summary>
    public void LoseLoop()
    {
        lock (_gate)
        {
            _hasLoop = false;
        }
    }
}
