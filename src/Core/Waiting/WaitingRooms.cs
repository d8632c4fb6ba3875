using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Waiting;

/// <summary>
/// The polls that wait on this instance, in a <see cref="WaitingRoom"/> for each recipient. A push at this instance
/// reaches a poll here at once rather than after the poll's pause.
/// </summary>
/// <remarks>
/// Every change but the end of the process goes through <see cref="Change"/>. Nothing foreign runs under the lock: no I/O,
/// no continuation, no callback.
/// </remarks>
public sealed partial class WaitingRooms : IRecipientMemory, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Recipient, OpenRoom> _rooms = [];
    private readonly LookTurns _turns = new();
    private readonly HiddenMessages _hidden;
    private readonly Backoff _backoff;
    private readonly RememberedLooks _remembered;
    private readonly bool _hasDoorbell;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly CancellationTokenRegistration _onStopping;
    private volatile TaskCompletionSource _somebodyWaits = NobodyWaits();
    private bool _isStopping;

    /// <summary>Creates the rooms of one instance. When <paramref name="host"/> stops, all polls end.</summary>
    /// <param name="backoff">The pauses between looks.</param>
    /// <param name="remembered">What the looks have led to, remembered from poll to poll.</param>
    /// <param name="hasDoorbell">Whether pushes at other instances can wake polls here at all.</param>
    /// <param name="host">The host.</param>
    /// <param name="time">The clock.</param>
    public WaitingRooms(Backoff backoff, RememberedLooks remembered, bool hasDoorbell, IHostApplicationLifetime host, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(time);
        (_backoff, _remembered, _hasDoorbell, _time, _began) = (backoff, remembered, hasDoorbell, time, time.GetTimestamp());
        _hidden = new HiddenMessages(time);
        _onStopping = host.ApplicationStopping.UnsafeRegister(static rooms => ((WaitingRooms)rooms!).Stop(), this);
    }

    /// <summary>
    /// Raised when the last poll of a recipient has left after a ring that no look has answered. Polls at other
    /// instances must then be woken. So too when a ring was kept for a client that has not come back. Has the message of the first
    /// such ring if that was kept, so that the application can get a note.
    /// </summary>
    internal event Action<Recipient, Message?>? RingUnanswered;

    /// <summary>Completed while any poll waits on this instance.</summary>
    internal Task WhenSomebodyWaits => _somebodyWaits.Task;

    /// <summary>
    /// Rings because a message may be in the recipient's mailbox: one poll that waits for it here looks. False if none
    /// waits here.
    /// </summary>
    public bool Ring(Recipient recipient) => Ring(recipient, message: null, mayKeep: false);

    /// <summary>
    /// Records that a message of the recipient is hidden, under a lease or a delay, and becomes visible within this time unless
    /// it is removed. Zero or less means that it already has. No push rings for that, so polls that wait here look by then.
    /// </summary>
    public void Expect(Recipient recipient, TimeSpan within) => Change(recipient, now =>
    {
        var times = _hidden.Add(recipient, now + within, now);
        Find(recipient)?.Schedule.Hide(times);
        return true;
    });

    /// <summary>
    /// Forgets the recipient, whose polls have been ended (<see cref="EndAll"/>) and whose mailbox has been deleted. A poll that has come
    /// since waits on as if it were the first.
    /// </summary>
    public void Forget(Recipient recipient) => Change(recipient, now =>
    {
        _hidden.Forget(recipient);
        _remembered.Forget(recipient);
        if (_rooms.TryGetValue(recipient, out var open))
        {
            open.IsForgotten = true;
            open.Room.Schedule.Restart(now);
        }

        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _onStopping.Dispose();
        lock (_gate)
        {
            // A room without polls may still be kept for a client that is likely to be back.
            foreach (var open in _rooms.Values)
            {
                open.Close();
            }

            _rooms.Clear();
        }

        _hidden.Dispose();
    }

    /// <summary>Adds a poll that begins to wait. Dispose it to leave.</summary>
    /// <param name="recipient">The recipient whose mailbox it waits for.</param>
    /// <param name="clock">The poll's time.</param>
    /// <param name="lease">The lease for its messages; whole seconds.</param>
    /// <param name="isPlain">Whether it is in plain mode.</param>
    /// <param name="clientAborted">Fires when the client has left or its request was cancelled.</param>
    internal WaitingPoll Enter(Recipient recipient, PollClock clock, TimeSpan lease, bool isPlain, ClientAborted clientAborted)
    {
        var poll = Change(recipient, now =>
        {
            var poll = new WaitingPoll(this, recipient, now + clock.Left, lease, isPlain);
            var room = Open(recipient);
            room.Enter(poll, now);
            if (_isStopping)
            {
                room.End(poll, WakeReason.HostStopping);
            }

            return poll;
        });
        poll.LeaveWhen(clientAborted);
        return poll;
    }

    /// <summary>
    /// Reserves the newest poll to which a message can be handed, with a lease of at most
    /// <paramref name="longestLease"/> and, with <paramref name="plainOnly"/>, in plain mode. Null if there is none.
    /// <see cref="TryHandOver(WaitingPoll, LeasedMessage)"/> or <see cref="Release"/> ends the claim.
    /// </summary>
    internal WaitingPoll? TryClaim(Recipient recipient, TimeSpan longestLease, bool plainOnly = false) =>
        Change(recipient, now => (WaitingPoll?)Find(recipient)?.TryClaim(longestLease, plainOnly, now));

    /// <summary>Hands a message to the poll that was claimed for it; false if that poll has left meanwhile.</summary>
    internal bool TryHandOver(WaitingPoll claimed, LeasedMessage message) => HandOver(claimed, new Wake(WakeReason.Deliver, message));

    /// <inheritdoc cref="TryHandOver(WaitingPoll, LeasedMessage)"/>
    internal bool TryHandOver(WaitingPoll claimed, DirectDelivery direct) =>
        HandOver(claimed, new Wake(WakeReason.Deliver, direct.Message, direct));

    /// <summary>
    /// Rings for a message, as <see cref="Ring(Recipient)"/> does. With <paramref name="mayKeep"/>, the ring is kept a short time if no
    /// poll waits here now but a client is likely to be back, and this returns true. If the client does not come,
    /// <see cref="RingUnanswered"/> follows.
    /// </summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="message">The message; null if it is not known which, or how many.</param>
    /// <param name="mayKeep">Whether the ring may be kept.</param>
    internal bool Ring(Recipient recipient, Message? message, bool mayKeep) => Change(recipient, now =>
    {
        if (!_rooms.TryGetValue(recipient, out var open) || !open.Room.Ring(message?.Id, mayKeep && !_isStopping, now))
        {
            return false;
        }

        open.KeptFor ??= open.Room.HasPolls ? null : message;
        return true;
    });

    /// <summary>
    /// The same as <see cref="TryClaim"/>. If no poll waits here, but that of a client is expected within a few milliseconds, because the
    /// client has just been given a message and was back as soon before, waits for it.
    /// </summary>
    internal ValueTask<WaitingPoll?> ClaimAsync(Recipient recipient, TimeSpan longestLease, bool plainOnly = false)
    {
        WaitingPush? waits = null;
        var poll = Change(recipient, now =>
        {
            var room = Find(recipient);
            var claimed = (WaitingPoll?)room?.TryClaim(longestLease, plainOnly, now);
            if (claimed is null && room?.IsReturnExpected(now) == true)
            {
                room.WaitForPoll(waits = new WaitingPush(longestLease, plainOnly));
            }

            return claimed;
        });
        return waits is null ? new(poll) : new(waits.Claimed);
    }

    /// <summary>Ends a claim without a message. Does nothing if the claim is over.</summary>
    internal void Release(WaitingPoll claimed) => ChangeRoomOf(claimed, (room, _) => room.Release(claimed));

    /// <summary>A poll reports what its look has found.</summary>
    internal void EndLook(WaitingPoll poll, LookResult result, IReadOnlyCollection<Guid> messages, MailboxStatus? counted) =>
        ChangeRoomOf(poll, (room, now) => room.EndLook(poll, result, messages, counted, now));

    /// <summary>A poll leaves by itself.</summary>
    internal void Leave(WaitingPoll poll) => ChangeRoomOf(poll, (room, now) => room.Leave(poll, now));

    /// <summary>Ends a poll.</summary>
    internal void End(WaitingPoll poll, WakeReason reason) => ChangeRoomOf(poll, (room, _) => room.End(poll, reason));

    /// <summary>Ends every poll of the recipient that waits here. A poll that is looking ends when its look has found nothing.</summary>
    internal void EndAll(Recipient recipient, WakeReason reason) => Change(recipient, _ =>
    {
        Find(recipient)?.EndAll(reason);
        return true;
    });

    /// <summary>Lets a room act on the time that has passed.</summary>
    internal void OnTimer(Recipient recipient) => Change(recipient, _ => true);

    private static TaskCompletionSource NobodyWaits() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool HandOver(WaitingPoll claimed, Wake message) =>
        Change(claimed.Recipient, now => Find(claimed.Recipient)?.HandOver(claimed, message, now) ?? false);

    private void ChangeRoomOf(WaitingPoll poll, Action<WaitingRoom, TimeSpan> apply) => Change(poll.Recipient, now =>
    {
        if (Find(poll.Recipient) is { } room)
        {
            apply(room, now);
        }

        return true;
    });

    /// <summary>
    /// Makes every change. Under the lock, it applies the event and decides everything that follows from it (which
    /// polls end, whether a look begins, when the timer is due), for one recipient's room or, without a recipient, for
    /// all. After releasing the lock, it resumes the polls concerned.
    /// </summary>
    private T Change<T>(Recipient? recipient, Func<TimeSpan, T> apply)
    {
        T result;
        var decided = new Decisions();
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_began);
            result = apply(now);
            if (recipient is null)
            {
                foreach (var open in _rooms.Values.ToArray())
                {
                    SettleUnsynchronized(open, now, ref decided);
                }
            }
            else if (_rooms.TryGetValue(recipient, out var open))
            {
                SettleUnsynchronized(open, now, ref decided);
            }
        }

        while (decided.Wakes.TryTake() is var (poll, wake))
        {
            poll.Resume(wake);
        }

        decided.Released?.ForEach(released => released.Push.Resume(released.Claimed));
        decided.Unanswered?.ForEach(ring => RingUnanswered?.Invoke(ring.Recipient, ring.Message));
        decided.Left?.ForEach(left => LastPollLeft?.Invoke(left));
        return result;
    }

    private void SettleUnsynchronized(OpenRoom open, TimeSpan now, ref Decisions decided)
    {
        // If a look has ended, the rooms that wait for a turn come before this room's next look.
        _turns.GiveBack(open);
        while (_turns.TryNext() is { } next)
        {
            DecideUnsynchronized(next, now, ref decided);
        }

        DecideUnsynchronized(open, now, ref decided);
    }

    private void DecideUnsynchronized(OpenRoom open, TimeSpan now, ref Decisions decided)
    {
        if (open.IsClosed)
        {
            return;
        }

        var room = open.Room;
        room.EndOverdue(now);
        if (room.IsLookDue(now) && _turns.TryTake(open))
        {
            room.BeginLook(now);
        }

        var wakes = room.TakeWakes();
        decided.Wakes.AddAll(ref wakes);
        if (room.TakeReleasedPushes() is { } released)
        {
            (decided.Released ??= []).AddRange(released);
        }

        if (room.TryTakeUnansweredRing(waits: !_isStopping, now))
        {
            (decided.Unanswered ??= []).Add((open.Recipient, open.KeptFor));
        }

        open.KeptFor = room.KeepsRing ? open.KeptFor : null;
        if (open.HasJustEmptied() && room.Schedule.Known.OwnUntil > now && !_isStopping)
        {
            (decided.Left ??= []).Add(open.Recipient);
        }

        if (!room.IsOver(now))
        {
            open.SetTimer(room.NextDueAt(open.WaitsForTurn), now, _time);
            return;
        }

        open.Close();
        _rooms.Remove(open.Recipient);
        if (!open.IsForgotten)
        {
            _remembered.Remember(open.Recipient, room.Schedule.Step, room.Schedule.Counted, room.Schedule.Known.At(now));
        }

        if (_rooms.Count == 0)
        {
            _somebodyWaits = NobodyWaits();
        }
    }

    private WaitingRoom? Find(Recipient recipient) => _rooms.TryGetValue(recipient, out var open) ? open.Room : null;

    private WaitingRoom Open(Recipient recipient)
    {
        if (!_rooms.TryGetValue(recipient, out var open))
        {
            var (step, counted, known) = _remembered.Of(recipient);
            var schedule = new LookSchedule(_backoff, step, _hasDoorbell, _hidden.Of(recipient), counted, known);
            _rooms[recipient] = open = new OpenRoom(this, recipient, new WaitingRoom(schedule));
            _somebodyWaits.TrySetResult();
        }

        return open.Room;
    }

    private void Stop() => Change(recipient: null, _ =>
    {
        _isStopping = true;
        foreach (var open in _rooms.Values)
        {
            open.Room.EndAll(WakeReason.HostStopping);
        }

        return true;
    });

    /// <summary>The decisions of a change, to be carried out after the lock is released.</summary>
    private struct Decisions
    {
        public WakeList Wakes;

        public List<(PushWaiter Push, Waiter? Claimed)>? Released;

        public List<(Recipient Recipient, Message? Message)>? Unanswered;

        public List<Recipient>? Left;
    }
}
