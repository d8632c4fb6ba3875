namespace FuncComet.Waiting;

/// <summary>One poll as its <see cref="WaitingRoom"/> sees it. Only the room changes it.</summary>
/// <param name="endsAt">When its timeout runs out.</param>
/// <param name="lease">The lease that its messages get.</param>
/// <param name="isPlain">Whether it is in plain mode: what is written to it needs no receipt.</param>
internal abstract class Waiter(TimeSpan endsAt, TimeSpan lease, bool isPlain)
{
    /// <summary>When its timeout runs out.</summary>
    public TimeSpan EndsAt => endsAt;

    /// <summary>The lease that its messages get.</summary>
    public TimeSpan Lease => lease;

    /// <summary>Whether it is in plain mode.</summary>
    public bool IsPlain => isPlain;

    /// <summary>What it is doing.</summary>
    public WaiterState State { get; set; }

    /// <summary>The number of the first look of its room that it may rely on: the first that began after it came, unless <see cref="WaitingRoom.Enter"/> says otherwise.</summary>
    public int FirstLook { get; set; }

    /// <summary>A look that it may rely on has found nothing.</summary>
    public bool HasLooked { get; set; }

    /// <summary>Why it is to end as soon as the look that it makes has found nothing.</summary>
    public WakeReason? EndsAfterLook { get; set; }

    internal Wake NextWake { get; set; }

    internal Waiter? NextToWake { get; set; }

    /// <summary>It goes on with what its room has decided. Called without the lock; it runs on the thread of whoever changed the room.</summary>
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

/// <summary>The waiters that a change wakes, each once: a list through the waiters themselves, so that nothing is allocated.</summary>
internal struct WakeList
{
    private Waiter? _first;

    public void Add(Waiter waiter, Wake wake)
    {
        (waiter.NextWake, waiter.NextToWake) = (wake, _first);
        _first = waiter;
    }

    /// <summary>Takes over all of another list.</summary>
    public void AddAll(ref WakeList other)
    {
        while (other.TryTake() is var (waiter, wake))
        {
            Add(waiter, wake);
        }
    }

    /// <summary>The next waiter and what it is woken with; null where there is none.</summary>
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
