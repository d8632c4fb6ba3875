using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>A <see cref="WaitingRoom"/> with what <see cref="WaitingRooms"/> keeps for it.</summary>
internal sealed class OpenRoom(WaitingRooms rooms, Recipient recipient, WaitingRoom room)
{
    private ITimer? _timer;

    public Recipient Recipient => recipient;

    public WaitingRoom Room => room;

    /// <summary>It holds one of the instance's <see cref="LookTurns"/>.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Its look is due and waits for one of the instance's <see cref="LookTurns"/>.</summary>
    public bool WaitsForTurn { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>One timer for all that the room waits for. A second call replaces the first.</summary>
    public void SetTimer(TimeSpan? due, TimeSpan now, TimeProvider time)
    {
        // A timer counts whole milliseconds and drops the rest; early, it would find nothing to do.
        var wait = due is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((at - now).TotalMilliseconds))) : Timeout.InfiniteTimeSpan;
        if (_timer is not null)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
            return;
        }

        // A timer would hold on to the context of the request that happens to come first.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static room => ((OpenRoom)room!).OnTimer(), this, wait, Timeout.InfiniteTimeSpan);
        }
    }

    public void Close()
    {
        IsClosed = true;
        _timer?.Dispose();
    }

    private void OnTimer() => rooms.OnTimer(recipient);
}
