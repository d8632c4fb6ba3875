namespace FuncComet.Polling;

/// <summary>
/// Whose turn it is to look: rooms whose look is due take turns, so that however many polls come or look at a time, Storage is not asked more at once than it answers
/// in time, and pushes do not wait behind them all. Used under the gate.
/// </summary>
internal sealed class LookTurns
{
    // Some thousand looks a second where Storage takes 10 ms for one.
    private const int Most = 64;

    private readonly Queue<WaitingRoom> _waiting = new();
    private int _taken;

    /// <summary>True where the room may look now; else its turn will come, once for all the times that it asked.</summary>
    public bool TryTake(WaitingRoom room)
    {
        if (_taken < Most)
        {
            _taken++;
            return true;
        }

        if (!room.IsWaitingForItsTurn)
        {
            room.IsWaitingForItsTurn = true;
            _waiting.Enqueue(room);
        }

        return false;
    }

    /// <summary>A look is over: the next begins.</summary>
    public void GiveBack(ref Wakes wakes)
    {
        _taken--;
        while (_taken < Most && _waiting.TryDequeue(out var room))
        {
            room.OnTurn(ref wakes);
        }
    }
}
