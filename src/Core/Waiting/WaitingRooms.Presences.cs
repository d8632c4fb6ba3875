using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>What is published of the polls that wait on this instance, and what is known of polls at other instances.</summary>
public sealed partial class WaitingRooms
{
    private string? _instance;

    /// <summary>
    /// Raised when the last poll of a recipient has left, if the mailbox's metadata may say that polls wait here. It is
    /// not raised while the host stops.
    /// </summary>
    internal event Action<Recipient>? LastPollLeft;

    /// <summary>Whether a poll of the recipient waits on this instance.</summary>
    internal bool IsWaiting(Recipient recipient)
    {
        lock (_gate)
        {
            return Find(recipient)?.HasPolls ?? false;
        }
    }

    /// <summary>The presences of other instances that looks here have found last. They may be over, or incomplete.</summary>
    internal IReadOnlyList<Presence> KnownElsewhere(Recipient recipient)
    {
        lock (_gate)
        {
            return (Find(recipient)?.Schedule.Known ?? _remembered.Of(recipient).Presences).Others;
        }
    }

    /// <summary>
    /// Sets the name that other instances use for this one; null while they cannot wake polls here. Polls then look as
    /// if their presence had never been published.
    /// </summary>
    internal void ReachableAs(string? instance) => Change(recipient: null, now =>
    {
        _instance = instance;
        foreach (var open in _rooms.Values)
        {
            open.Room.Schedule.Unpublish(now);
        }

        return true;
    });

    /// <summary>What the poll does before it peeks.</summary>
    internal LookPlan PlanLook(WaitingPoll poll) =>
        Change(poll.Recipient, now => Find(poll.Recipient)?.PlanLook(_instance, now) ?? default);

    /// <summary>What is published at once for the poll that has just entered; null if it is published at a look.</summary>
    internal PresenceDue? PlanContinuation(WaitingPoll poll) =>
        Change(poll.Recipient, now => Find(poll.Recipient)?.PlanContinuation(_instance, now));

    /// <summary>
    /// It has been published that polls wait at <paramref name="instance"/>, until <paramref name="until"/> at the least.
    /// </summary>
    internal void Published(WaitingPoll poll, string instance, TimeSpan until) => ChangeRoomOf(poll, (room, now) =>
    {
        // If the name is not this instance's any more, what is published wakes nobody here.
        if (instance == _instance)
        {
            room.Publish(instance, until, now);
        }
    });

    /// <summary>The recipient's mailbox no longer says that polls wait here, unless one has come in the meantime.</summary>
    internal void Cleared(Recipient recipient) => Change(recipient, _ =>
    {
        if (Find(recipient) is { HasPolls: false } room)
        {
            room.Schedule.Cleared();
        }
        else if (Find(recipient) is null)
        {
            var (step, hidden, known) = _remembered.Of(recipient);
            _remembered.Remember(recipient, step, hidden, known with { OwnUntil = TimeSpan.Zero });
        }

        return true;
    });
}
