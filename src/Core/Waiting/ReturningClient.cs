namespace FuncComet.Waiting;

/// <summary>
/// What a <see cref="WaitingRoom"/> without polls keeps for the client whose poll was the last there: whether it is likely to be back and
/// how soon, the pushes that wait for it, and a ring that its next poll can answer.
/// </summary>
internal sealed class ReturningClient
{
    // How long a client that was given a message is likely to be back.
    private static readonly TimeSpan Likely = TimeSpan.FromSeconds(1);

    // A client that took longer the last time is far away or handles its messages before it polls. No push waits for that.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(25);

    // Even a client on the same machine may be late by a few milliseconds when the machine is busy.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    // How long a ring is kept before other instances are rung. Longer than a client takes to poll again that is not far away, and short
    // beside the interval at which bells are read.
    private static readonly TimeSpan RingIsKept = TimeSpan.FromMilliseconds(50);

    private readonly List<PushWaiter> _pushes = new(0);
    private List<(PushWaiter Push, Waiter? Claimed)>? _released;
    private TimeSpan? _gotMessageAt;
    private TimeSpan? _tookLast;
    private TimeSpan? _ringKeptUntil;

    /// <summary>Whether its last poll ended with its timeout.</summary>
    public bool HasTimedOut { get; set; }

    /// <summary>Until when it is likely to be back, since it was given a message; null if it is not.</summary>
    public TimeSpan? LikelyUntil => _gotMessageAt + Likely;

    /// <summary>When it must be asked again for what is kept; null if nothing is.</summary>
    public TimeSpan? NextDueAt => HasPushes ? ExpectedUntil : _ringKeptUntil;

    /// <summary>Whether a push waits.</summary>
    public bool HasPushes => _pushes.Count > 0;

    /// <summary>Whether a ring is kept.</summary>
    public bool HasRing => _ringKeptUntil is not null;

    // Until when a push waits for it; null if no push does.
    private TimeSpan? ExpectedUntil =>
        _gotMessageAt is { } gotAt && _tookLast <= Soon ? gotAt + (_tookLast * 2 > ShortestWait ? _tookLast * 2 : ShortestWait) : null;

    /// <summary>Whether it is likely to be back, since it was given a message.</summary>
    public bool IsLikely(TimeSpan now) => LikelyUntil > now;

    /// <summary>Whether it is expected within a few milliseconds, since it was back so soon the last time.</summary>
    public bool IsExpected(TimeSpan now) => ExpectedUntil > now;

    /// <summary>A poll has left.</summary>
    /// <param name="leavesRing">Whether it was the last, and leaves a ring that no look has answered.</param>
    public void Left(bool leavesRing)
    {
        HasTimedOut = false;
        _gotMessageAt = null;
        _ringKeptUntil = leavesRing ? TimeSpan.Zero : null;
    }

    /// <summary>The poll that has just left (<see cref="Left"/>) was given a message.</summary>
    /// <param name="leavesRing">Whether it leaves a ring that no look has answered. That is kept for the client.</param>
    /// <param name="now">The time.</param>
    public void LeftWithMessage(bool leavesRing, TimeSpan now)
    {
        _gotMessageAt = now;
        _ringKeptUntil = leavesRing ? now + RingIsKept : null;
    }

    /// <summary>A poll has come to the room without polls.</summary>
    public void CameBack(TimeSpan now)
    {
        _tookLast = now - _gotMessageAt;
        _ringKeptUntil = null;
    }

    /// <summary>Keeps a ring for it.</summary>
    public void KeepRing(TimeSpan now) => _ringKeptUntil ??= now + RingIsKept;

    /// <summary>Whether a ring was kept, and is no longer. With <paramref name="waits"/>, it is kept until its time is over.</summary>
    public bool TryTakeRing(bool waits, TimeSpan now)
    {
        if (_ringKeptUntil is not { } keptUntil || (waits && keptUntil > now))
        {
            return false;
        }

        _ringKeptUntil = null;
        return true;
    }

    /// <summary>A push waits for it.</summary>
    public void Wait(PushWaiter push) => _pushes.Add(push);

    /// <summary>No push waits for it any longer.</summary>
    public void GiveUp(TimeSpan now)
    {
        if (ExpectedUntil <= now)
        {
            // It is slower than the last time, or polls elsewhere now. A ring need not wait for it too.
            _gotMessageAt = null;
        }

        ReleasePushesTo(poll: null);
    }

    /// <summary>
    /// Ends the wait of all pushes. The first whose message the poll can take claims it. The others store their messages, which gather for
    /// the next poll.
    /// </summary>
    /// <param name="poll">The poll, which can be handed a message; null if there is none.</param>
    public void ReleasePushesTo(Waiter? poll)
    {
        foreach (var push in _pushes)
        {
            var isClaimed = poll is { State: WaiterState.Waiting } && push.Accepts(poll);
            if (isClaimed)
            {
                poll!.State = WaiterState.Claimed;
            }

            (_released ??= []).Add((push, isClaimed ? poll : null));
        }

        _pushes.Clear();
    }

    /// <summary>The pushes whose wait is over since the last call, and the polls claimed for them; null if there are none.</summary>
    public List<(PushWaiter Push, Waiter? Claimed)>? TakeReleasedPushes()
    {
        var released = _released;
        _released = null;
        return released;
    }
}
