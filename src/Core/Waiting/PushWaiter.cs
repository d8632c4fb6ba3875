namespace FuncComet.Waiting;

/// <summary>
/// A push that waits a few milliseconds for the poll of a client that is likely to be back, as its <see cref="WaitingRoom"/> sees it.
/// </summary>
/// <param name="longestLease">The longest lease that the message may be hidden for.</param>
/// <param name="plainOnly">Whether only a poll in plain mode will do.</param>
internal abstract class PushWaiter(TimeSpan longestLease, bool plainOnly)
{
    /// <summary>Whether the message can be handed to the poll.</summary>
    public bool Accepts(Waiter poll) => poll.Lease <= longestLease && (poll.IsPlain || !plainOnly);

    /// <summary>
    /// Continues, with the poll that has been claimed for it, or without one. Called without the lock, on the thread that changed the room.
    /// </summary>
    public abstract void Resume(Waiter? claimed);
}
