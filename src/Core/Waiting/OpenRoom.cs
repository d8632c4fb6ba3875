using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>A <see cref="WaitingRoom"/> with the state that <see cref="WaitingRooms"/> keeps for it.</summary>
internal sealed class OpenRoom(WaitingRooms rooms, Recipient recipient, WaitingRoom room)
{
    private ITimer? _timer;
    private bool _hadPolls;

    public Recipient Recipient => recipient;

    public WaitingRoom Room => room;

    /// <summary>Whether it holds one of the instance's <see cref="LookTurns"/>.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Whether its look is due and waits for one of the instance's <see cref="LookTurns"/>.</summary>
    public bool WaitsForTurn { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>The message of the first ring that is kept for a client that is likely to be back.</summary>
    public Message? KeptFor { get; set; }

    /// <summary>
    /// Whether the recipient has been erased since the room was opened. A look that was under way may still report what it found before, so
    /// nothing of the room is remembered.
    /// </summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether the last poll has left since it was asked last.</summary>
    public bool HasJustEmptied()
    {
        var hadPolls = _hadPolls;
        _hadPolls = room.HasPolls;
        return hadPolls && !_hadPolls;
    }

    /// <summary>Sets the room's only timer. A second call replaces the first.</summary>
    public void SetTimer(TimeSpan? due, TimeSpan now, TimeProvider time)
    {
        var wait = due is { } at ? WholeMilliseconds.RoundUp(at - now) : Timeout.InfiniteTimeSpan;
        if (_timer is not null)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
            return;
        }

        // Otherwise the timer would keep alive the context of the request that happened to create it.
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
