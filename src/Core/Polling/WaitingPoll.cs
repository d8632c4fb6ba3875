using System.Threading.Tasks.Sources;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;

namespace FuncComet.Polling;

/// <summary>
/// A poll in its <see cref="WaitingRoom"/>. It waits to be called: to look into the mailbox for all who wait there, to take a message that a push hands it,
/// or to end. Who is called to look says what came of it (<see cref="FoundNothing"/>, <see cref="FoundNothingToDeliver"/>, <see cref="Took"/>,
/// <see cref="StorageFailed"/>); who leaves without a word has not looked.
/// </summary>
/// <remarks>
/// It is its own reusable task, and its continuation runs on the thread that calls it, outside the gate: what waits longest should cost least.
/// </remarks>
internal sealed class WaitingPoll(WaitingRoom room, PollClock clock, TimeSpan lease, bool isPlain) : IValueTaskSource<Call>, IDisposable
{
    private ManualResetValueTaskSourceCore<Call> _called;
    private ClientAborted.Registration _clientAborted;

    /// <summary>The lease that its messages get.</summary>
    public TimeSpan Lease => lease;

    /// <summary>It is in plain mode: what is written to it needs no receipt.</summary>
    public bool IsPlain => isPlain;

    /// <summary>What it is doing.</summary>
    public WaitingState State { get; set; }

    /// <summary>It came before the last look began.</summary>
    public bool IsCovered { get; set; }

    /// <summary>A look that began after it came found nothing.</summary>
    public bool HasLooked { get; set; }

    /// <summary>The last look that began after it came found nothing, and it has not rung since: what is sent now is the next message of the mailbox.</summary>
    public bool IsArmed { get; set; }

    /// <summary>How long it may go on doing what it does; a poll that looks has its own deadlines.</summary>
    public TimeSpan Left => State switch
    {
        WaitingState.Waiting => HasLooked ? clock.Left : clock.LeftForTheFirstLook,
        WaitingState.Claimed => clock.LeftForAHandover,
        _ => TimeSpan.MaxValue,
    };

    /// <summary>How long its timeout is away.</summary>
    public TimeSpan TimeLeft => clock.Left;

    internal Call NextCall { get; set; }

    internal WaitingPoll? NextToWake { get; set; }

    /// <summary>Returns when it is called.</summary>
    public ValueTask<Call> WaitAsync() => new(this, _called.Version);

    /// <inheritdoc cref="WaitingRoom.PresenceToShow"/>
    public Presence? PresenceToShow(string instance) => room.PresenceToShow(instance);

    /// <inheritdoc cref="WaitingRoom.Shown"/>
    public void Shown(Presence presence) => room.Shown(presence);

    /// <summary>The mailbox is empty, or there is none yet.</summary>
    public void FoundNothing(bool isMissing) => room.EndLook(this, found: false, isMissing);

    /// <summary>What was there has been set aside; more may be behind it.</summary>
    public void FoundNothingToDeliver() => room.EndLook(this, found: true, isMissing: false);

    /// <summary>It leaves with messages; more may be behind them.</summary>
    public void Took() => room.Leave(this, took: true);

    /// <summary>It leaves, and so do those who waited for its look.</summary>
    public void StorageFailed() => room.Fail(this);

    /// <summary>Gives it the message that it was claimed for; false where it has left meanwhile.</summary>
    public bool TryHand(LeasedMessage message) => room.TryHand(this, new Call(Handed: message));

    /// <inheritdoc cref="TryHand(LeasedMessage)"/>
    public bool TryHand(DirectDelivery direct) => room.TryHand(this, new Call(Direct: direct));

    /// <summary>Ends a claim without a message: it waits on, and looks, since the message may be there all the same. Does nothing where the claim is over.</summary>
    public void Release() => room.Release(this);

    public void LeaveWhen(ClientAborted clientAborted) =>
        _clientAborted = clientAborted.Register(static poll => ((WaitingPoll)poll!).OnClientAborted(), this);

    /// <summary>Leaves.</summary>
    public void Dispose()
    {
        _clientAborted.Unregister();
        room.Leave(this, took: false);
    }

    internal void WaitAgain() => _called.Reset();

    internal void Wake() => _called.SetResult(NextCall);

    Call IValueTaskSource<Call>.GetResult(short token) => _called.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Call>.GetStatus(short token) => _called.GetStatus(token);

    void IValueTaskSource<Call>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _called.OnCompleted(continuation, state, token, flags);

    private void OnClientAborted() => room.End(this, PollOutcome.ClientGone);
}

/// <summary>What a poll in a <see cref="WaitingRoom"/> is doing.</summary>
internal enum WaitingState
{
    /// <summary>It waits.</summary>
    Waiting,

    /// <summary>It has been called to look and has not said what it found.</summary>
    Looking,

    /// <summary>It waits for the message that a push is sending.</summary>
    Claimed,

    /// <summary>It has left, or has been called to leave.</summary>
    Gone,
}

/// <summary>What a waiting poll is called for: to end, to deliver the message it is handed, or, with neither, to look.</summary>
/// <param name="End">How it ends.</param>
/// <param name="Handed">The message, leased to it.</param>
/// <param name="Direct">The message, not stored.</param>
/// <param name="IsRung">It looks because it has rung: a message is there, unless somebody else was faster.</param>
internal readonly record struct Call(PollOutcome? End = null, LeasedMessage? Handed = null, DirectDelivery? Direct = null, bool IsRung = false);

/// <summary>The polls that a change calls. They are woken after it, outside the gate: each goes on on the thread that wakes it.</summary>
internal struct Wakes
{
    private WaitingPoll? _first;

    public void Add(WaitingPoll poll, Call call)
    {
        (poll.NextCall, poll.NextToWake) = (call, _first);
        _first = poll;
    }

    public readonly void Fire()
    {
        for (var poll = _first; poll is not null;)
        {
            var next = poll.NextToWake;
            poll.NextToWake = null;
            poll.Wake();
            poll = next;
        }
    }
}
