namespace FuncComet.Waiting;

/// <summary>
/// The looks that an instance makes at the same time, at most. However many polls come or look at once, Storage is then not asked more at a time than it answers in time, and
/// pushes do not wait behind all of them. Used under the lock of <see cref="WaitingRooms"/>.
/// </summary>
internal sealed class LookTurns
{
    // Some thousand looks a second where Storage takes 10 ms for one.
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

    /// <summary>The next room that waits for a turn, where there is one; null where there is none or nobody waits.</summary>
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
