namespace FuncComet.Waiting;

/// <summary>
/// What a <see cref="WaitingRoom"/> without polls knows of the client that has just been given a message there: whether it is likely to be
/// back, and how soon.
/// </summary>
internal struct Returns
{
    /// <summary>How long a client that was given a message is likely to be back.</summary>
    public static readonly TimeSpan Likely = TimeSpan.FromSeconds(1);

    // A client that took longer the last time is far away or handles its messages before it polls. No push waits for that.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(25);

    // Even a client on the same machine may be late by a few milliseconds when the machine is busy.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private TimeSpan? _leftAt;
    private TimeSpan? _tookLast;

    /// <summary>Until when a push waits for the client; null if no push does.</summary>
    public readonly TimeSpan? ExpectedUntil =>
        _leftAt is { } leftAt && _tookLast <= Soon ? leftAt + (_tookLast * 2 > ShortestWait ? _tookLast * 2 : ShortestWait) : null;

    /// <summary>Until when the client is likely to be back; null if it is not.</summary>
    public readonly TimeSpan? LikelyUntil => _leftAt + Likely;

    /// <summary>The client has been given a message.</summary>
    public void Left(TimeSpan now) => _leftAt = now;

    /// <summary>The client has left in another way, or has not come back when it was expected.</summary>
    public void Gone() => _leftAt = null;

    /// <summary>A poll has come to the room without polls.</summary>
    public void CameBack(TimeSpan now) => _tookLast = now - _leftAt;
}
