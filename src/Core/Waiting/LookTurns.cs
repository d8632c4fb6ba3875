namespace FuncComet.Waiting;

/// <summary>
/// Limits the looks that an instance makes at the same time. However many polls arrive or look at once, Storage gets no
/// more requests than it answers in time, and pushes do not queue behind all of them. Used under the lock of
/// <see cref="WaitingRooms"/>.
/// </summary>
internal sealed class LookTurns
{
    // A few thousand looks a second if Storage takes 10 ms for each.
    private const int Max = 64;

    private readonly Queue<OpenRoom> _queue = new();
    private int _taken;

    /// <summary>Takes a turn for the room. If there is none, the room is queued, once however often it asks.</summary>
    public bool TryTake(OpenRoom room)
    {
        if (_taken < Max)
        {
            _taken++;
            room.HasTurn = true;
            return true;
        }

        if (!room.WaitsForTurn)
        {
            room.WaitsForTurn = true;
            _queue.Enqueue(room);
        }

        return false;
    }

    /// <summary>Gives back the room's turn, if it has one and its look is over.</summary>
    public void GiveBack(OpenRoom room)
    {
        if (room.HasTurn && !room.Room.IsLooking)
        {
            room.HasTurn = false;
            _taken--;
        }
    }

    /// <summary>The next room that waits, if a turn is free; null if no turn is free or no room waits.</summary>
    public OpenRoom? TryNext()
    {
        if (_taken >= Max || !_queue.TryDequeue(out var room))
        {
            return null;
        }

        room.WaitsForTurn = false;
        return room;
    }
}
