namespace FuncComet.Waiting;

/// <summary>A poll as its <see cref="WaitingRoom"/> sees it. Only the room changes it.</summary>
/// <param name="endsAt">When its timeout runs out.</param>
/// <param name="lease">The lease for its messages.</param>
/// <param name="isPlain">Whether it is in plain mode: its messages need no receipt.</param>
internal abstract class Waiter(TimeSpan endsAt, TimeSpan lease, bool isPlain)
{
    /// <summary>When its timeout runs out.</summary>
    public TimeSpan EndsAt => endsAt;

    /// <summary>The lease for its messages.</summary>
    public TimeSpan Lease => lease;

    /// <summary>Whether it is in plain mode.</summary>
    public bool IsPlain => isPlain;

    /// <summary>What it is doing.</summary>
    public WaiterState State { get; set; }

    /// <summary>
    /// The number of the first of the room's looks on which it may rely: the first that began after it entered, unless
    /// <see cref="WaitingRoom.Enter"/> decides otherwise.
    /// </summary>
    public int FirstLook { get; set; }

    /// <summary>Whether a look on which it may rely has found nothing.</summary>
    public bool HasLooked { get; set; }

    /// <summary>Whether it is the next poll of a client whose poll has timed out, so that it can go on where that one ended.</summary>
    public bool Continues { get; set; }

    /// <summary>If set, it ends for this reason as soon as its look has found nothing.</summary>
    public WakeReason? EndsAfterLook { get; set; }

    internal Wake NextWake { get; set; }

    internal Waiter? NextToWake { get; set; }

    /// <summary>Continues with what its room has decided. Called without the lock, on the thread that changed the room.</summary>
    public abstract void Resume(Wake wake);
}

/// <summary>What a <see cref="Waiter"/> is doing.</summary>
internal enum WaiterState
{
    /// <summary>It waits.</summary>
    Waiting,

    /// <summary>It was woken to look and has not reported what it found.</summary>
    Looking,

    /// <summary>It waits for the message that a push is sending to it.</summary>
    Claimed,

    /// <summary>It has left, or was woken to end.</summary>
    Gone,
}

/// <summary>The waiters that a change wakes, each once. The waiters themselves form a linked list, so that nothing is allocated.</summary>
internal struct WakeList
{
    private Waiter? _first;

    public void Add(Waiter waiter, Wake wake)
    {
        (waiter.NextWake, waiter.NextToWake) = (wake, _first);
        _first = waiter;
    }

    /// <summary>Moves all waiters from another list to this one.</summary>
    public void AddAll(ref WakeList other)
    {
        while (other.TryTake() is var (waiter, wake))
        {
            Add(waiter, wake);
        }
    }

    /// <summary>The next waiter and its wake; null if there is none.</summary>
    public (Waiter Waiter, Wake Wake)? TryTake()
    {
        if (_first is not { } waiter)
        {
            return null;
        }

        _first = waiter.NextToWake;
        waiter.NextToWake = null;
        return (waiter, waiter.NextWake);
    }
}
