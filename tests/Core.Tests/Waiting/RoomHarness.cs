using FuncComet.Mailboxes;
using FuncComet.Waiting;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>Drives a <see cref="WaitingRoom"/> in place of the registry, the clock and the polls. Pauses have no jitter.</summary>
internal sealed class RoomHarness
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public RoomHarness(bool hasDoorbell = false, TimeSpan? now = null)
    {
        Now = now ?? TimeSpan.FromSeconds(100);
        var options = new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromSeconds(hasDoorbell ? 30 : 5) };
        var backoff = new Backoff(Options.Create(options), Random.Shared);
        Room = new WaitingRoom(new LookSchedule(backoff, step: 0, hasDoorbell, hidden: null));
    }

    // Messages that were rung for and not received, oldest first.
    private readonly Queue<Guid> _rung = new();

    public WaitingRoom Room { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>Every poll that has entered, in order.</summary>
    public List<TestPoll> Polls { get; } = [];

    /// <summary>Every wake so far, in order.</summary>
    public List<(TestPoll Poll, WakeReason Reason)> Wakes { get; } = [];

    /// <summary>The poll that is looking.</summary>
    public TestPoll? Looker { get; private set; }

    /// <summary>Whether the instance's limit on looks allows another look.</summary>
    public bool MayLook { get; set; } = true;

    /// <summary>Allows another look within the instance's limit.</summary>
    public void LetLook()
    {
        MayLook = true;
        Settle();
    }

    /// <summary>When the room must be asked again.</summary>
    public TimeSpan? NextDueAt => Room.NextDueAt(waitsForTurn: Room.IsLookDue(Now));

    public TestPoll Enter(double seconds = 60)
    {
        var poll = new TestPoll(Now + TimeSpan.FromSeconds(seconds), Lease);
        Polls.Add(poll);
        Room.Enter(poll, Now);
        Settle();
        return poll;
    }

    /// <summary>How many rings found no poll in time, so that other instances are rung.</summary>
    public int RungElsewhere { get; private set; }

    /// <summary>The pushes whose wait for a poll is over, with the polls that were claimed for them.</summary>
    public List<(TestPush Push, TestPoll? Claimed)> Released { get; } = [];

    /// <summary>A push has stored a message, and rings.</summary>
    public bool Ring(bool mayKeep = true, Guid? message = null)
    {
        var id = message ?? Guid.NewGuid();
        _rung.Enqueue(id);
        var isHeard = Room.Ring(id, mayKeep, Now);
        Settle();
        return isHeard;
    }

    /// <summary>Something has come into the mailbox, and it is not known what.</summary>
    public bool RingForUnknown()
    {
        var isHeard = Room.Ring(message: null, mayKeep: true, Now);
        Settle();
        return isHeard;
    }

    /// <summary>A push wants a poll. Null if it need not wait for one.</summary>
    public TestPush? WaitForPoll(bool plainOnly = false)
    {
        if (!Room.IsReturnExpected(Now))
        {
            return null;
        }

        var push = new TestPush(plainOnly);
        Room.WaitForPoll(push);
        Settle();
        return push;
    }

    public TestPoll? Claim()
    {
        var poll = (TestPoll?)Room.TryClaim(TimeSpan.MaxValue, plainOnly: false, Now);
        Settle();
        return poll;
    }

    public bool HandOver(TestPoll poll)
    {
        var isHanded = Room.HandOver(poll, new Wake(WakeReason.Deliver), Now);
        Settle();
        return isHanded;
    }

    /// <summary>A push hands its message to a poll that can be handed one.</summary>
    public void HandOverTo(TestPoll poll)
    {
        Assert.Same(poll, Claim());
        Assert.True(HandOver(poll));
    }

    public void Release(TestPoll poll)
    {
        Room.Release(poll);
        Settle();
    }

    /// <summary>Ends the look, which has received the oldest messages that were rung for.</summary>
    public void EndLook(LookResult result, int messages = 0, long? counted = null) => EndLook(
        result, [.. Enumerable.Range(0, messages).Select(_ => _rung.TryDequeue(out var id) ? id : Guid.NewGuid())], counted);

    public void EndLook(LookResult result, IReadOnlyCollection<Guid> messages, long? counted = null)
    {
        Room.EndLook(Looker!, result, messages, counted is { } count ? new MailboxStatus(count) : null, Now);
        Settle();
    }

    public void Leave(TestPoll poll)
    {
        Room.Leave(poll, Now);
        Settle();
    }

    public void End(TestPoll poll, WakeReason reason)
    {
        Room.End(poll, reason);
        Settle();
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Settle();
    }

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Does what the registry does after each event.</summary>
    public void Settle()
    {
        Room.EndOverdue(Now);
        if (MayLook && Room.IsLookDue(Now))
        {
            Room.BeginLook(Now);
        }

        var wakes = Room.TakeWakes();
        while (wakes.TryTake() is var (poll, wake))
        {
            Wakes.Add(((TestPoll)poll, wake.Reason));
            Looker = wake.Reason is WakeReason.Look or WakeReason.Receive ? (TestPoll)poll : Looker;
        }

        Looker = Room.IsLooking ? Looker : null;
        Released.AddRange(from released in Room.TakeReleasedPushes() ?? [] select ((TestPush)released.Push, (TestPoll?)released.Claimed));
        RungElsewhere += Room.TryTakeUnansweredRing(waits: true, Now) ? 1 : 0;
    }
}

/// <summary>A push that waits for a poll. Only its room ends that.</summary>
internal sealed class TestPush(bool plainOnly) : PushWaiter(TimeSpan.MaxValue, plainOnly)
{
    public override void Resume(Waiter? claimed) => throw new NotSupportedException("A test takes the released pushes itself.");
}

/// <summary>A poll that only its room wakes.</summary>
internal sealed class TestPoll(TimeSpan endsAt, TimeSpan lease) : Waiter(endsAt, lease, isPlain: true)
{
    public override void Resume(Wake wake) => throw new NotSupportedException("A test takes the wakes itself.");
}
