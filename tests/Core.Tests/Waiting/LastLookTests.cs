using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>A poll whose timeout runs out looks once more, since a message may have become visible in its last pause.</summary>
public sealed class LastLookTests
{
    private readonly RoomHarness _room = new();

    [Fact]
    public void Poll_WhenItsTimeoutRunsOut_LooksOnceMore()
    {
        var poll = EnterAndLook(seconds: 4);
        AdvanceTo(2.5);
        _room.Wakes.Clear();

        _room.Advance(1.5);
        Assert.Equal([(poll, WakeReason.Look)], _room.Wakes);

        _room.EndLook(LookResult.Empty);
        Assert.Equal([(poll, WakeReason.Look), (poll, WakeReason.TimedOut)], _room.Wakes);
    }

    [Fact]
    public void Poll_WhenALookBeganInTheLastSecond_HasNoOther()
    {
        var poll = EnterAndLook(seconds: 0.9);
        _room.Advance(0.25);
        _room.EndLook(LookResult.Empty);
        _room.Wakes.Clear();

        _room.Advance(0.65);

        Assert.Equal([(poll, WakeReason.TimedOut)], _room.Wakes.Where(wake => wake.Reason != WakeReason.Look));
    }

    [Fact]
    public void LastLook_OfSeveralPolls_IsOne()
    {
        var older = EnterAndLook(seconds: 4);
        var newer = EnterAndLook(seconds: 4);
        AdvanceTo(2.5);
        _room.Wakes.Clear();

        _room.Advance(1.5);

        Assert.Equal([WakeReason.TimedOut, WakeReason.Look], _room.Wakes.Select(wake => wake.Reason).Order().Reverse());
        Assert.Equal(newer, _room.Looker);
        Assert.Equal(WaiterState.Gone, older.State);
    }

    // The instance's limit on looks is reached, or Storage does not answer.
    [Fact]
    public void Poll_ThatGetsNoLastLook_EndsFiveSecondsLater()
    {
        var poll = EnterAndLook(seconds: 4);
        AdvanceTo(2.5);
        _room.MayLook = false;
        _room.Wakes.Clear();

        _room.Advance(1.5);
        Assert.Empty(_room.Wakes);
        Assert.Equal(_room.Now + TimeSpan.FromSeconds(5), _room.NextDueAt);

        _room.Advance(5);
        Assert.Equal([(poll, WakeReason.TimedOut)], _room.Wakes);
    }

    [Fact]
    public void LastLook_ThatFinds_DeliversAfterTheTimeout()
    {
        var poll = EnterAndLook(seconds: 4);
        AdvanceTo(2.5);
        _room.Advance(1.5);
        _room.Wakes.Clear();

        _room.EndLook(LookResult.Messages, 1);

        Assert.Empty(_room.Wakes);
        Assert.Equal(WaiterState.Gone, poll.State);
    }

    private TestPoll EnterAndLook(double seconds)
    {
        var poll = _room.Enter(seconds);
        EndLookIfUnderWay();
        return poll;
    }

    /// <summary>Lets the looks of this time find nothing.</summary>
    private void AdvanceTo(double seconds)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.25)
        {
            _room.Advance(0.25);
            EndLookIfUnderWay();
        }
    }

    private void EndLookIfUnderWay()
    {
        if (_room.Looker is not null)
        {
            _room.EndLook(LookResult.Empty);
        }
    }
}
