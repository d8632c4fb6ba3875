namespace FuncComet.Waiting;

/// <summary>
/// Where the polls of one recipient wait on this instance: a state machine that is told events and the time, and decides which polls are woken, with what, and when it wants
/// to be asked again. However many polls wait, one at a time looks into the mailbox: when its <see cref="LookSchedule"/> says so, and at once after a ring, when a poll has
/// come since the last look began, or when that look found something. The newest poll is woken first, since it is the likeliest to have a client.
/// </summary>
/// <remarks>
/// It has no lock, timer or clock: <see cref="WaitingRooms"/> serialises the events and, after each, calls <see cref="EndOverdue"/>, then <see cref="BeginLook"/> where
/// <see cref="IsLookDue"/> and the instance's look limit allow it, and takes the decisions by <see cref="TakeWakes"/>. The table of states and events is in docs/architecture.md.
/// </remarks>
internal sealed class WaitingRoom(LookSchedule schedule)
{
    // How stale "known empty" may be for a poll that skips its first look. It still looks after the first pause.
    private static readonly TimeSpan MaxStale = TimeSpan.FromSeconds(1);

    // The newest is the last.
    private readonly List<Waiter> _polls = new(1);
    private readonly Looks _looks = new();
    private bool _lastLeftWithMessage;
    private WakeList _wakes;

    /// <summary>When it looks by itself.</summary>
    public LookSchedule Schedule => schedule;

    /// <summary>What is known of the mailbox.</summary>
    public MailboxState Mailbox => _looks.Mailbox.State;

    /// <summary>Whether a look is under way.</summary>
    public bool IsLooking => _looks.IsUnderWay;

    /// <summary>Whether it may be forgotten.</summary>
    public bool IsOver(TimeSpan now) => _polls.Count == 0 && !IsInUse(now);

    /// <summary>A poll comes.</summary>
    public void Enter(Waiter poll, TimeSpan now)
    {
        if (_polls.Count == 0)
        {
            schedule.Forget();
            schedule.StartPause(now);
        }

        // A client that comes for its next message at once relies on the look before, as if it had waited all the time; else every message would cost a look.
        if (IsInUse(now) && !IsLooking && poll.EndsAt > schedule.NextLookAt)
        {
            _looks.RelyOnLastEmpty(poll);
        }
        else
        {
            _looks.RelyOnNext(poll);
        }

        _polls.Add(poll);
    }

    /// <summary>Something may be in the mailbox. False where no poll is here.</summary>
    public bool Ring()
    {
        schedule.Reset();
        if (_polls.Count == 0)
        {
            _looks.Forget();
            return false;
        }

        _looks.Ring();
        return true;
    }

    /// <summary>
    /// Reserves the newest poll that can be handed a message, in plain mode where <paramref name="plainOnly"/>, with a lease of at most <paramref name="longestLease"/>; null where
    /// there is none. <see cref="HandOver"/> or <see cref="Release"/> ends that.
    /// </summary>
    public Waiter? TryClaim(TimeSpan longestLease, bool plainOnly)
    {
        var poll = _polls.FindLast(poll => CanBeHandedAMessage(poll) && poll.Lease <= longestLease && (poll.IsPlain || !plainOnly));
        if (poll is not null)
        {
            poll.State = WaiterState.Claimed;
        }

        return poll;
    }

    /// <summary>A push hands its message to the poll that it has claimed; false where that has left meanwhile.</summary>
    public bool HandOver(Waiter poll, Wake message)
    {
        if (poll.State != WaiterState.Claimed)
        {
            return false;
        }

        schedule.Reset();
        Leave(poll, message);
        _lastLeftWithMessage = true;
        return true;
    }

    /// <summary>A push has no message for the poll that it has claimed. The poll waits on after a look, since the push's failure says nothing of the mailbox.</summary>
    public void Release(Waiter poll)
    {
        if (poll.State == WaiterState.Claimed)
        {
            poll.State = WaiterState.Waiting;
            _looks.RelyOnNext(poll);
            _looks.Forget();
        }
    }

    /// <summary>The poll that looks reports the result, and how many messages it has found.</summary>
    public void EndLook(Waiter poll, LookResult result, int messages, TimeSpan now)
    {
        if (!_looks.TryEnd(poll, result, messages, now))
        {
            return;
        }

        switch (result)
        {
            case LookResult.Empty or LookResult.Missing:
                _polls.ForEach(other => other.HasLooked |= _looks.HaveCovered(other));
                if (result == LookResult.Missing)
                {
                    // What was published is gone with the queue.
                    schedule.Forget();
                }

                schedule.StartPause(now);
                WaitOn(poll);
                break;
            case LookResult.SetAside:
                WaitOn(poll);
                break;
            case LookResult.Messages:
                schedule.Reset();
                Remove(poll);
                break;
            case LookResult.Failed:
                // Pauses go on growing while Storage fails.
                schedule.Grow();
                Remove(poll);
                _polls.FindAll(other => other.State == WaiterState.Waiting).ForEach(other => Leave(other, new Wake(WakeReason.StorageFailed)));
                break;
        }
    }

    /// <summary>A poll leaves by itself. If it was looking, its look has no result: a ring that it was to answer is unanswered again.</summary>
    public void Leave(Waiter poll, TimeSpan now)
    {
        _looks.TryEnd(poll, result: null, messages: 0, now);
        if (poll.State != WaiterState.Gone)
        {
            Remove(poll);
        }
    }

    /// <summary>A poll is to end. One that is looking ends when its look has found nothing; a message that it finds is its own to deliver or to give back.</summary>
    public void End(Waiter poll, WakeReason reason)
    {
        if (poll.State == WaiterState.Looking)
        {
            poll.EndsAfterLook ??= reason;
        }
        else if (poll.State != WaiterState.Gone)
        {
            Leave(poll, new Wake(reason));
        }
    }

    /// <summary>Every poll is to end.</summary>
    public void EndAll(WakeReason reason)
    {
        foreach (var poll in _polls.ToArray())
        {
            End(poll, reason);
        }
    }

    /// <summary>Until when it is to be published, before the look that begins now, that polls wait at <paramref name="instance"/>; null where it is not.</summary>
    public TimeSpan? PresenceDue(string instance, TimeSpan now)
    {
        var until = _polls.Count == 0 ? now : _polls.Max(poll => poll.EndsAt);
        return schedule.IsPresenceDue(instance, until, isMissing: Mailbox == MailboxState.Missing, now) ? until : null;
    }

    /// <summary>Time has passed: polls whose time is over end.</summary>
    public void EndOverdue(TimeSpan now)
    {
        for (var at = _polls.Count - 1; at >= 0; at--)
        {
            var poll = _polls[at];
            if (DueAt(poll) <= now)
            {
                // A poll that never had a look, in all the time there was, waits for a storage that does not answer.
                Leave(poll, new Wake(poll.HasLooked ? WakeReason.TimedOut : WakeReason.StorageFailed));
            }
        }
    }

    /// <summary>Whether a look is to begin now.</summary>
    public bool IsLookDue(TimeSpan now) =>
        !IsLooking && (_looks.IsWantedBy(_polls) || schedule.NextLookAt <= now) && _polls.Exists(poll => poll.State == WaiterState.Waiting);

    /// <summary>Wakes the newest poll to look. Only where <see cref="IsLookDue"/>.</summary>
    public void BeginLook()
    {
        if (!_looks.IsWantedBy(_polls))
        {
            schedule.Grow();
        }

        var poll = _polls.FindLast(poll => poll.State == WaiterState.Waiting)!;
        poll.State = WaiterState.Looking;
        _wakes.Add(poll, new Wake(_looks.Begin(poll)));
    }

    /// <summary>When it wants to be asked again; null where only an event can change anything.</summary>
    /// <param name="waitsForTurn">Whether its look is due and the instance's look limit does not allow it yet.</param>
    public TimeSpan? NextDueAt(bool waitsForTurn)
    {
        if (_polls.Count == 0)
        {
            return _looks.Mailbox.Since + MaxStale;
        }

        TimeSpan? due = !IsLooking && !waitsForTurn && _polls.Exists(poll => poll.State == WaiterState.Waiting) ? schedule.NextLookAt : null;
        foreach (var poll in _polls)
        {
            due = DueAt(poll) is { } end && !(due <= end) ? end : due;
        }

        return due;
    }

    /// <summary>The polls to wake, each once, since this was last called.</summary>
    public WakeList TakeWakes()
    {
        var wakes = _wakes;
        _wakes = default;
        return wakes;
    }

    /// <summary>A client was just handed a message and is likely to be back for the next: a room without polls is kept for that long.</summary>
    private bool IsInUse(TimeSpan now) => _lastLeftWithMessage && _looks.Mailbox.IsEmpty && now - _looks.Mailbox.Since < MaxStale;

    /// <summary>What is sent to it now is the next message of the mailbox: a look that began after it came found nothing, and nothing is known to have come since.</summary>
    private bool CanBeHandedAMessage(Waiter poll) => poll.State == WaiterState.Waiting && _looks.Mailbox.IsEmpty && _looks.HaveCovered(poll);

    // A poll that looks has deadlines of its own.
    private TimeSpan? DueAt(Waiter poll) => poll.State switch
    {
        WaiterState.Waiting => poll.HasLooked ? poll.EndsAt : poll.EndsAt + PollClock.LookOverrun,
        WaiterState.Claimed => poll.EndsAt + PollClock.HandOverOverrun,
        _ => null,
    };

    private void WaitOn(Waiter poll)
    {
        poll.State = WaiterState.Waiting;
        if (poll.EndsAfterLook is { } reason)
        {
            Leave(poll, new Wake(reason));
        }
    }

    private void Leave(Waiter poll, Wake wake)
    {
        Remove(poll);
        _wakes.Add(poll, wake);
    }

    private void Remove(Waiter poll)
    {
        poll.State = WaiterState.Gone;
        _polls.Remove(poll);
        _lastLeftWithMessage = false;
    }
}
