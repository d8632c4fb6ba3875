using FuncComet.Doorbells;
using FuncComet.Recipients;

namespace FuncComet.Polling;

/// <summary>
/// Where the polls of one recipient wait on this instance. However many they are, one at a time is called to look, after each of the pauses of
/// <see cref="Backoff"/>, and at once when it rings, when somebody has come since the last look or when that found something.
/// </summary>
/// <remarks>
/// The newest is called first, since it is the likeliest to have a client. A ring is answered by a look that begins after it: where the poll that was called
/// leaves without having looked, the next is called. Methods that take <see cref="Wakes"/> are called under the gate.
/// </remarks>
internal sealed class WaitingRoom(Recipient recipient, Lock gate, LookTurns turns, Backoff backoff, bool hasBell, TimeProvider time, Action<WaitingRoom> onClosed)
{
    // So old may be what a poll relies on that does not look first; it looks itself after the first pause.
    private static readonly TimeSpan InUse = TimeSpan.FromSeconds(1);

    // With the default pauses after less than 2 seconds.
    private const int StepOfMaking = 3;

    // The newest is the last.
    private readonly List<WaitingPoll> _polls = new(1);
    private ITimer? _timer;
    private WaitingPoll? _looker;
    private int _step = backoff.StepOf(recipient);
    private TimeSpan _pause;
    private long _pausedAt;
    private bool _rungSinceLook;
    private Presence? _shown;
    private bool _isClosed;

    // What the last look found, if nothing has happened since that it would not know of.
    private bool _isKnownEmpty;
    private long _knownEmptyAt;
    private bool _handedOverLast;
    private bool _isMissing;

    public Recipient Recipient => recipient;

    /// <summary>A look is due and has to wait for those of other rooms.</summary>
    public bool IsWaitingForItsTurn { get; set; }

    public bool IsOccupied => _polls.Count > 0;

    /// <summary>
    /// Somebody has just been handed a message, and the mailbox was empty a moment ago: a client that comes for its next one need not look first, as if it had been
    /// waiting all the time. Without that every message would cost a look.
    /// </summary>
    private bool IsInUse => _handedOverLast && _isKnownEmpty && time.GetElapsedTime(_knownEmptyAt) < InUse;

    private bool IsLookWanted => _rungSinceLook || _polls.Exists(poll => !poll.IsCovered);

    private TimeSpan PauseLeft => _pause - time.GetElapsedTime(_pausedAt);

    public WaitingPoll Enter(PollClock clock, TimeSpan lease, bool isPlain, bool stopping, ref Wakes wakes)
    {
        var poll = new WaitingPoll(this, clock, lease, isPlain);
        if (_polls.Count == 0)
        {
            // Meanwhile a poll elsewhere may have written where it waits.
            _shown = null;
            Pause();
        }

        poll.IsCovered = poll.IsArmed = IsInUse && _looker is null && poll.TimeLeft > PauseLeft;
        _polls.Add(poll);
        if (stopping)
        {
            End(poll, PollOutcome.HostStopping, ref wakes);
        }

        GoOn(ref wakes);
        return poll;
    }

    /// <summary>Something may be in the mailbox. Until a look says otherwise nobody is armed: what is sent now would overtake it.</summary>
    public void Ring(ref Wakes wakes)
    {
        (_rungSinceLook, _isMissing) = (true, false);
        _isKnownEmpty = false;
        _step = 0;
        _polls.ForEach(poll => poll.IsArmed = false);
        GoOn(ref wakes);
    }

    public WaitingPoll? TryClaim(TimeSpan longestLease, bool plainOnly)
    {
        var poll = _polls.FindLast(poll => poll is { State: WaitingState.Waiting, IsArmed: true } && poll.Lease <= longestLease && (poll.IsPlain || !plainOnly));
        if (poll is not null)
        {
            (poll.State, poll.IsArmed) = (WaitingState.Claimed, false);
        }

        return poll;
    }

    public bool TryHand(WaitingPoll poll, Call message)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            if (poll.State != WaitingState.Claimed)
            {
                return false;
            }

            _step = 0;
            Call(poll, message, ref wakes);
            _handedOverLast = true;
            GoOn(ref wakes);
        }

        wakes.Fire();
        return true;
    }

    public void Release(WaitingPoll poll)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            if (poll.State != WaitingState.Claimed)
            {
                return;
            }

            (poll.State, poll.IsCovered) = (WaitingState.Waiting, false);
            _isKnownEmpty = false;
            GoOn(ref wakes);
        }

        wakes.Fire();
    }

    public void EndLook(WaitingPoll poll, bool found, bool isMissing)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            LookIsOver(ref wakes);
            _isMissing = isMissing;
            poll.State = WaitingState.Waiting;
            poll.WaitAgain();
            if (found)
            {
                LookAgain();
            }
            else
            {
                Rest();
            }

            GoOn(ref wakes);
        }

        wakes.Fire();
    }

    public void Fail(WaitingPoll poll)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            // Pauses go on growing while storage fails.
            _step++;
            _isKnownEmpty = false;
            LookIsOver(ref wakes);
            Remove(poll);
            foreach (var other in _polls.FindAll(other => other.State == WaitingState.Waiting))
            {
                End(other, PollOutcome.StorageFailed, ref wakes);
            }

            GoOn(ref wakes);
        }

        wakes.Fire();
    }

    public void Leave(WaitingPoll poll, bool took)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            if (poll.State == WaitingState.Gone)
            {
                return;
            }

            if (poll == _looker)
            {
                LookIsOver(ref wakes);
                _step = took ? 0 : _step;
                LookAgain();
            }

            Remove(poll);
            GoOn(ref wakes);
        }

        wakes.Fire();
    }

    /// <summary>
    /// What is to be written into the mailbox before the look that begins now: that polls wait at <paramref name="instance"/>, until the last of their timeouts. Null
    /// where that stands there, and where the first of the pauses is not over yet: it is so short that nobody needs to ring. Where there is no mailbox yet it takes longer:
    /// a poll that only looks in makes none.
    /// </summary>
    public Presence? PresenceToShow(string instance)
    {
        lock (gate)
        {
            var left = _polls.Max(poll => poll.TimeLeft);
            if (_step < (_isMissing ? StepOfMaking : 1) || left <= TimeSpan.Zero)
            {
                return null;
            }

            // A second more than needed, so that no rounding asks for the same again.
            var until = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + left).ToUnixTimeSeconds() + 1);
            return _shown is { } shown && shown.Instance == instance && shown.Until >= until ? null : new Presence(instance, until.AddSeconds(1));
        }
    }

    /// <summary>It has been written.</summary>
    public void Shown(Presence presence)
    {
        lock (gate)
        {
            _shown = presence;
        }
    }

    /// <summary>Calls a poll to end; one that is looking or has left will see for itself.</summary>
    public void End(WaitingPoll poll, PollOutcome end)
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            if (poll.State is WaitingState.Looking or WaitingState.Gone)
            {
                return;
            }

            End(poll, end, ref wakes);
            GoOn(ref wakes);
        }

        wakes.Fire();
    }

    public void EndAll(PollOutcome end, ref Wakes wakes)
    {
        foreach (var poll in _polls.FindAll(poll => poll.State != WaitingState.Looking))
        {
            End(poll, end, ref wakes);
        }

        GoOn(ref wakes);
    }

    /// <summary>Nobody elsewhere can ring here for now.</summary>
    public void Unheard(ref Wakes wakes)
    {
        _shown = null;
        ShortenPause(ref wakes);
    }

    /// <summary>The pause that has begun may be too long for what is known now, as where something that is hidden in the mailbox will come up.</summary>
    public void ShortenPause(ref Wakes wakes)
    {
        var (pause, pausedAt) = (_pause, _pausedAt);
        var left = PauseLeft;
        Pause();
        if (left < _pause)
        {
            (_pause, _pausedAt) = (pause, pausedAt);
        }

        GoOn(ref wakes);
    }

    /// <summary>The room may look now, if it still wants to.</summary>
    public void OnTurn(ref Wakes wakes)
    {
        IsWaitingForItsTurn = false;
        if (!_isClosed)
        {
            GoOn(ref wakes);
        }
    }

    /// <summary>What follows from any change: who has waited long enough ends, a look that is due begins, and the timer is set for what is due next.</summary>
    private void GoOn(ref Wakes wakes)
    {
        for (var at = _polls.Count - 1; at >= 0; at--)
        {
            // Who never had a look, for all the time there was, waits for a storage that does not answer.
            var poll = _polls[at];
            if (poll.Left <= TimeSpan.Zero)
            {
                End(poll, poll.HasLooked ? PollOutcome.TimedOut : PollOutcome.StorageFailed, ref wakes);
            }
        }

        if (_polls.Count == 0 && !IsInUse)
        {
            Close();
            return;
        }

        var isWanted = IsLookWanted;
        if (_looker is null && (isWanted || PauseLeft <= TimeSpan.Zero) && _polls.FindLast(poll => poll.State == WaitingState.Waiting) is { } newest && turns.TryTake(this))
        {
            _step += isWanted ? 0 : 1;
            BeginLook(newest, ref wakes);
        }

        SetTimer();
    }

    private void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            backoff.Remember(recipient, _step);
            _timer?.Dispose();
            onClosed(this);
        }
    }

    private void BeginLook(WaitingPoll poll, ref Wakes wakes)
    {
        var call = new Call(IsRung: _rungSinceLook);
        _looker = poll;
        _rungSinceLook = false;
        _polls.ForEach(other => other.IsCovered = true);
        poll.State = WaitingState.Looking;
        wakes.Add(poll, call);
    }

    private void LookIsOver(ref Wakes wakes)
    {
        _looker = null;
        turns.GiveBack(ref wakes);
    }

    private void Rest()
    {
        (_isKnownEmpty, _knownEmptyAt) = (!_rungSinceLook, time.GetTimestamp());
        foreach (var poll in _polls.Where(poll => poll.IsCovered))
        {
            poll.HasLooked = true;
            poll.IsArmed = !_rungSinceLook && poll.State == WaitingState.Waiting;
        }

        Pause();
    }

    // Who is rung from everywhere needs to look for the sake of rings that are lost only.
    private void Pause() => (_pause, _pausedAt) = (backoff.Pause(recipient, _shown is null ? _step : int.MaxValue, unheard: hasBell && _shown is null), time.GetTimestamp());

    private void LookAgain()
    {
        _isKnownEmpty = false;
        _polls.ForEach(poll => (poll.IsCovered, poll.IsArmed) = (false, false));
    }

    private void End(WaitingPoll poll, PollOutcome end, ref Wakes wakes) => Call(poll, new Call(End: end), ref wakes);

    // For the last time.
    private void Call(WaitingPoll poll, Call call, ref Wakes wakes)
    {
        Remove(poll);
        wakes.Add(poll, call);
    }

    private void Remove(WaitingPoll poll)
    {
        poll.State = WaitingState.Gone;
        _polls.Remove(poll);
        _handedOverLast = false;
    }

    // One timer for the pause and for every poll's time.
    private void SetTimer()
    {
        var due = _polls.Count == 0 ? InUse - time.GetElapsedTime(_knownEmptyAt)
            : _looker is null && !IsWaitingForItsTurn && _polls.Exists(poll => poll.State == WaitingState.Waiting) ? PauseLeft
            : TimeSpan.MaxValue;
        foreach (var poll in _polls)
        {
            due = poll.Left < due ? poll.Left : due;
        }

        // A timer counts whole milliseconds and drops the rest; early it would find nothing to do. What came due since it was looked at is due now: below zero a timer
        // throws or, at -1, never fires.
        var wait = due == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(due.TotalMilliseconds)));
        if (_timer is not null)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
            return;
        }

        // A timer would hold on to the context of the request that happens to come first.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static room => ((WaitingRoom)room!).OnTimer(), this, wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        var wakes = default(Wakes);
        lock (gate)
        {
            if (!_isClosed)
            {
                GoOn(ref wakes);
            }
        }

        wakes.Fire();
    }
}
