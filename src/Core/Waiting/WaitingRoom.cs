using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>
/// The room in which the polls of one recipient wait on this instance. It is a state machine: it receives events and
/// the time, and decides which polls to wake, with what, and when it must be asked again. However many polls wait, only
/// one of them looks into the mailbox at once. A look begins when the <see cref="LookSchedule"/> says so, and at once
/// after a ring, when a poll has entered since the last look began, or when that look found something. The newest poll
/// is woken first, since its client is the most likely to be still there.
/// </summary>
/// <remarks>
/// It has no lock, timer or clock. <see cref="WaitingRooms"/> serialises the events. After each event, it calls
/// <see cref="EndOverdue"/>, then <see cref="BeginLook"/> if <see cref="IsLookDue"/> and the instance's limit on looks allow
/// it, and fetches the decisions with <see cref="TakeWakes"/>. The table of states and events is in docs/architecture.md.
/// </remarks>
internal sealed class WaitingRoom(LookSchedule schedule)
{
    /// <summary>How stale "known empty" may be for a poll that skips its first or its last look. It still looks after a pause.</summary>
    public static readonly TimeSpan MaxStale = TimeSpan.FromSeconds(1);

    // Ordered by age; the newest is last.
    private readonly List<Waiter> _polls = new(1);
    private readonly Looks _looks = new();
    private readonly ReturningClient _client = new();
    private WakeList _wakes;

    /// <summary>When it looks without being rung.</summary>
    public LookSchedule Schedule => schedule;

    /// <summary>What is known of the mailbox.</summary>
    public MailboxState Mailbox => _looks.Mailbox.State;

    /// <summary>Whether a poll waits.</summary>
    public bool HasPolls => _polls.Count > 0;

    /// <summary>Whether a look is under way.</summary>
    public bool IsLooking => _looks.IsUnderWay;

    /// <summary>Whether the room can be dropped.</summary>
    public bool IsOver(TimeSpan now) => !HasPolls && !IsInUse(now) && !_client.IsLikely(now);

    /// <summary>Adds a poll.</summary>
    public void Enter(Waiter poll, TimeSpan now)
    {
        var isInUse = IsInUse(now);
        if (!HasPolls)
        {
            schedule.Begin(now, continues: isInUse && _client.HasTimedOut);
            _client.CameBack(now);
        }

        // A client that is back at once relies on the look before, as if it had waited all the time. Otherwise every message and every
        // timeout would cost a look more.
        if (isInUse && !IsLooking && poll.EndsAt > schedule.NextLookAt)
        {
            _looks.RelyOnLastEmpty(poll);
            poll.Continues = _client.HasTimedOut;
        }
        else
        {
            _looks.RelyOnNext(poll);
        }

        _polls.Add(poll);
        _client.ReleasePushesTo(CanBeHandedAMessage(poll, now) ? poll : null);
    }

    /// <summary>
    /// Records that a message may be in the mailbox. False if no poll waits here, and the ring is not kept for a client that is likely to
    /// be back. If it is kept and the client does not come, <see cref="TryTakeUnansweredRing"/> says so.
    /// </summary>
    /// <param name="message">The message; null if it is not known which, or how many.</param>
    /// <param name="mayKeep">Whether the ring may be kept.</param>
    /// <param name="now">The time.</param>
    public bool Ring(Guid? message, bool mayKeep, TimeSpan now)
    {
        schedule.Reset();
        if (HasPolls)
        {
            _looks.Ring(message);
            return true;
        }

        if (mayKeep && _client.IsLikely(now))
        {
            _looks.Ring(message);
            _client.KeepRing(now);
            return true;
        }

        _looks.Forget();
        return false;
    }

    /// <summary>
    /// Whether a ring has found no poll here by now, so that other instances must be rung. True once for each such ring. The next poll here
    /// answers it all the same.
    /// </summary>
    /// <param name="waits">Whether to wait for a client that is likely to be back.</param>
    /// <param name="now">The time.</param>
    public bool TryTakeUnansweredRing(bool waits, TimeSpan now) => !HasPolls && _client.TryTakeRing(waits && !IsOver(now), now);

    /// <summary>Whether a ring is kept for a client that is likely to be back, and no other instance has been rung for it.</summary>
    public bool KeepsRing => !HasPolls && _client.HasRing;

    /// <summary>
    /// Whether no poll waits, but that of a client is expected that has been given a message a moment ago and was back very soon the last
    /// time. Then a push may wait for it (<see cref="WaitForPoll"/>), since its message can be handed over.
    /// </summary>
    public bool IsReturnExpected(TimeSpan now) => !HasPolls && IsInUse(now) && _client.IsExpected(now);

    /// <summary>Lets a push wait. <see cref="TakeReleasedPushes"/> has it when the poll has come or the wait is over.</summary>
    public void WaitForPoll(PushWaiter push) => _client.Wait(push);

    /// <summary>
    /// Reserves the newest poll to which a message can be handed, with a lease of at most
    /// <paramref name="longestLease"/> and, with <paramref name="plainOnly"/>, in plain mode. Null if there is none.
    /// <see cref="HandOver"/> or <see cref="Release"/> ends the claim.
    /// </summary>
    public Waiter? TryClaim(TimeSpan longestLease, bool plainOnly, TimeSpan now)
    {
        var poll = _polls.FindLast(poll => CanBeHandedAMessage(poll, now) && poll.Lease <= longestLease && (poll.IsPlain || !plainOnly));
        if (poll is not null)
        {
            poll.State = WaiterState.Claimed;
        }

        return poll;
    }

    /// <summary>Hands a push's message to the poll that the push has claimed; false if that poll has left meanwhile.</summary>
    public bool HandOver(Waiter poll, Wake message, TimeSpan now)
    {
        if (poll.State != WaiterState.Claimed)
        {
            return false;
        }

        schedule.Reset();
        Leave(poll, message);
        _client.LeftWithMessage(leavesRing: Mailbox == MailboxState.Rung, now);
        return true;
    }

    /// <summary>
    /// A push has no message for the poll that it has claimed. The poll waits on after a look, since the push may have failed after others
    /// have stored messages.
    /// </summary>
    public void Release(Waiter poll)
    {
        if (poll.State == WaiterState.Claimed)
        {
            poll.State = WaiterState.Waiting;
            _looks.RelyOnNext(poll);
            _looks.Forget();
        }
    }

    /// <summary>The poll that looks reports the result.</summary>
    /// <param name="poll">The poll.</param>
    /// <param name="result">The result.</param>
    /// <param name="messages">The messages that it has received.</param>
    /// <param name="counted">What a count showed, hidden messages included; null if the mailbox was not counted.</param>
    /// <param name="now">The time.</param>
    public void EndLook(Waiter poll, LookResult result, IReadOnlyCollection<Guid> messages, MailboxStatus? counted, TimeSpan now)
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
                    schedule.Forget();
                }

                if (counted is not null)
                {
                    schedule.Count(counted, now);
                }

                schedule.StartPause(now, FirstEnd);
                WaitOn(poll);
                break;
            case LookResult.SetAside:
                WaitOn(poll);
                break;
            case LookResult.Messages:
                schedule.Reset();
                Remove(poll);
                if (!HasPolls)
                {
                    // Other polls may rely on a look only, which this one was not.
                    _looks.EmptyIfAllIsReceived();
                }

                _client.LeftWithMessage(leavesRing: Mailbox == MailboxState.Rung, now);
                break;
            case LookResult.Failed:
                // Pauses continue to grow while Storage fails.
                schedule.Grow();
                Remove(poll);
                _polls.FindAll(other => other.State == WaiterState.Waiting)
                    .ForEach(other => Leave(other, new Wake(WakeReason.StorageFailed)));
                break;
        }
    }

    /// <summary>
    /// A poll leaves by itself. If it was looking, its look has no result: a ring that it was to answer is unanswered again.
    /// </summary>
    public void Leave(Waiter poll, TimeSpan now)
    {
        _looks.TryEnd(poll, result: null, messages: [], now);
        if (poll.State != WaiterState.Gone)
        {
            Remove(poll);
        }
    }

    /// <summary>Ends a poll. If it is looking, it ends only when its look has found nothing.</summary>
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

    /// <summary>Ends every poll.</summary>
    public void EndAll(WakeReason reason)
    {
        foreach (var poll in _polls.ToArray())
        {
            End(poll, reason);
        }
    }

    /// <summary>What the look that begins now does before it peeks.</summary>
    /// <param name="instance">The name by which other instances can wake polls here; null while they cannot.</param>
    /// <param name="now">The time.</param>
    public LookPlan PlanLook(string? instance, TimeSpan now) =>
        schedule.PlanLook(instance, HasPolls ? _polls.Max(poll => poll.EndsAt) : now, Mailbox == MailboxState.Missing, now);

    /// <summary>What is published at once for the poll that has just entered; null if nothing is.</summary>
    /// <param name="instance">The name by which other instances can wake polls here; null while they cannot.</param>
    /// <param name="now">The time.</param>
    public PresenceDue? PlanContinuation(string? instance, TimeSpan now) =>
        IsLooking || !HasPolls ? null : schedule.PlanContinuation(instance, _polls.Max(poll => poll.EndsAt), now);

    /// <summary>A presence was published, until <paramref name="until"/> at the least.</summary>
    public void Publish(string instance, TimeSpan until, TimeSpan now)
    {
        if (schedule.Publish(instance, until, now, FirstEnd))
        {
            // Storage has answered, and the look before covers the poll. Nothing more is needed before its own first look is due.
            _polls.ForEach(poll => poll.HasLooked |= _looks.HaveCovered(poll));
        }
    }

    /// <summary>Ends the polls whose time is over, and the waits of pushes.</summary>
    public void EndOverdue(TimeSpan now)
    {
        if (_client.HasPushes && !IsReturnExpected(now))
        {
            _client.GiveUp(now);
        }

        for (var at = _polls.Count - 1; at >= 0; at--)
        {
            var poll = _polls[at];
            if (DueAt(poll) <= now)
            {
                // If no look succeeded in all that time, Storage did not answer.
                Leave(poll, new Wake(poll.HasLooked ? WakeReason.TimedOut : WakeReason.StorageFailed));
                _client.HasTimedOut = poll.HasLooked;
            }
        }
    }

    /// <summary>Whether a look must begin now.</summary>
    public bool IsLookDue(TimeSpan now) =>
        !IsLooking
        && (_looks.IsWantedBy(_polls) || schedule.NextLookAt <= now || _polls.Exists(poll => poll.EndsAt <= now && EndsWithALook(poll)))
        && _polls.Exists(poll => poll.State == WaiterState.Waiting);

    /// <summary>Wakes the newest poll to look. Call it only if <see cref="IsLookDue"/>.</summary>
    public void BeginLook(TimeSpan now)
    {
        if (!_looks.IsWantedBy(_polls))
        {
            schedule.Grow();
        }

        var poll = _polls.FindLast(poll => poll.State == WaiterState.Waiting)!;
        poll.State = WaiterState.Looking;
        _wakes.Add(poll, new Wake(_looks.Begin(poll, now)));

        // The others whose timeout is over have waited only for a last look to begin.
        EndOverdue(now);
    }

    /// <summary>When it must be asked again; null if only an event can change anything.</summary>
    /// <param name="waitsForTurn">Whether its look is due but must wait because of the instance's limit on looks.</param>
    public TimeSpan? NextDueAt(bool waitsForTurn)
    {
        if (!HasPolls)
        {
            // A room is kept that long even if its mailbox is not known to be empty, so that the next poll can answer what rings meanwhile.
            var end = _client.LikelyUntil ?? _looks.Mailbox.Since + MaxStale;
            return _client.NextDueAt < end ? _client.NextDueAt : end;
        }

        var mayLook = !IsLooking && !waitsForTurn && _polls.Exists(poll => poll.State == WaiterState.Waiting);
        TimeSpan? due = mayLook ? schedule.NextLookAt : null;
        foreach (var poll in _polls)
        {
            var end = mayLook && EndsWithALook(poll) ? poll.EndsAt : DueAt(poll);
            due = due <= end || end is null ? due : end;
        }

        return due;
    }

    /// <summary>The polls to wake, each once, since the last call.</summary>
    public WakeList TakeWakes()
    {
        var wakes = _wakes;
        _wakes = default;
        return wakes;
    }

    /// <summary>The pushes whose wait is over since the last call, and the polls claimed for them; null if there are none.</summary>
    public List<(PushWaiter Push, Waiter? Claimed)>? TakeReleasedPushes() => _client.TakeReleasedPushes();

    /// <summary>
    /// Whether a client was just handed a message, or its timeout ran out, and it is likely to be back. A room without polls is kept for
    /// that long. After a timeout, only what is still published makes pushes at other instances ring here.
    /// </summary>
    private bool IsInUse(TimeSpan now) =>
        (_client.IsLikely(now) || (_client.HasTimedOut && schedule.IsPublished(now)))
        && _looks.Mailbox.IsEmpty
        && now - _looks.Mailbox.Since < MaxStale;

    /// <summary>
    /// Whether a message that is sent to it now is the next of the mailbox: a look that it may rely on found nothing, and nothing is known
    /// to have come since. Its timeout must not be over: it may still wait for its first look, but it will end with that.
    /// </summary>
    private bool CanBeHandedAMessage(Waiter poll, TimeSpan now) =>
        poll.State == WaiterState.Waiting && poll.EndsAt > now && _looks.Mailbox.IsEmpty && _looks.HaveCovered(poll);

    /// <summary>
    /// Whether the poll must look once more when its timeout runs out: a message may have become visible in a long pause, and no look
    /// began in the last second.
    /// </summary>
    private bool EndsWithALook(Waiter poll) =>
        poll.State == WaiterState.Waiting && poll.HasLooked && !_looks.HasBegunSince(poll.EndsAt - MaxStale);

    private TimeSpan? FirstEnd => HasPolls ? _polls.Min(poll => poll.EndsAt) : null;

    // A poll that is looking has deadlines of its own.
    private TimeSpan? DueAt(Waiter poll) => poll.State switch
    {
        WaiterState.Waiting => poll.HasLooked && !EndsWithALook(poll) ? poll.EndsAt : poll.EndsAt + PollClock.LookOverrun,
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
        _client.Left(leavesRing: !HasPolls && Mailbox == MailboxState.Rung);
    }
}
