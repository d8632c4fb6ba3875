using CsCheck;
using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>
/// Random sequences of events, checked against a model that knows what is really in the mailbox. The model takes the
/// worst case: a look sees the mailbox as it was when the look began.
/// </summary>
public sealed class WaitingRoomModelTests
{
    private enum Happens
    {
        PollComes,
        MessageComes,
        PushRings,
        RingIsNotKept,
        PushWaits,
        PushClaims,
        ClaimIsHandedOver,
        ClaimIsReleased,
        LookEnds,
        LookSetsAside,
        LookFails,
        PollLeaves,
        PollIsToEnd,
        TimePasses,
        DueTimeComes,
        TurnsAreTaken,
        TurnComes,
    }

    private static readonly Gen<(Happens Event, int Number)[]> Sequences = Gen.Select(Gen.Enum<Happens>(), Gen.Int[0, 1_000]).Array[1, 80];

    [Fact]
    public void Room_InAnySequenceOfEvents_KeepsItsInvariants() => Sequences.Sample(
        sequence =>
        {
            var model = new Model();
            foreach (var (happens, number) in sequence)
            {
                model.Apply(happens, number);
                model.Check();
            }
        },
        iter: 20_000);

    private sealed class Model
    {
        private RoomHarness _room = new(hasDoorbell: true);
        private readonly Dictionary<TestPoll, WakeReason?> _polls = [];
        private readonly List<TestPoll> _claimed = [];
        private readonly List<TestPush> _pushes = [];

        // What is in the mailbox, oldest first. A push has sent each, and will ring for it.
        private readonly List<Guid> _messages = [];
        private readonly List<Guid> _toRingFor = [];
        private Guid[] _messagesWhenLookBegan = [];
        private int _wakesSeen;
        private int _releasedSeen;
        private int _ringsUnanswered;
        private int _ringsOfLook;

        public void Apply(Happens happens, int number)
        {
            switch (happens)
            {
                case Happens.PollComes:
                    _polls[_room.Enter(seconds: number % 40)] = null;
                    break;
                case Happens.MessageComes:
                    _messages.Add(Guid.NewGuid());
                    _toRingFor.Add(_messages[^1]);
                    break;
                case Happens.PushRings or Happens.RingIsNotKept when _toRingFor.Count > 0:
                    var rungFor = _toRingFor[number % _toRingFor.Count];
                    _toRingFor.Remove(rungFor);

                    // Where no poll is here, and none is likely to come, the push rings at other instances.
                    _ringsUnanswered += _room.Ring(mayKeep: happens == Happens.PushRings, rungFor) ? 1 : 0;
                    break;
                case Happens.PushWaits when _room.WaitForPoll() is { } push:
                    _pushes.Add(push);
                    break;
                case Happens.PushClaims when _room.Claim() is { } claimed:
                    AddClaimed(claimed);
                    break;
                case Happens.ClaimIsHandedOver when _claimed.Count > 0:
                    var handed = TakeClaimed(number);
                    Assert.Equal(_polls[handed] is null, _room.HandOver(handed));
                    break;
                case Happens.ClaimIsReleased when _claimed.Count > 0:
                    _room.Release(TakeClaimed(number));
                    break;
                case Happens.LookEnds when _room.Looker is not null:
                    var found = Receive(number, atMost: 1 + (number % 2));
                    _ringsUnanswered += found.Length == 0 ? 0 : Math.Max(0, _ringsOfLook - found.Length);
                    EndLook(found.Length > 0 ? LookResult.Messages : number % 2 == 0 ? LookResult.Empty : LookResult.Missing, found);
                    break;
                case Happens.LookSetsAside when _room.Looker is not null && _messagesWhenLookBegan.Length > 0:
                    var setAside = Receive(number, atMost: 1);
                    _ringsUnanswered += Math.Max(0, _ringsOfLook - 1);
                    EndLook(LookResult.SetAside, setAside);
                    break;
                case Happens.LookFails when _room.Looker is not null:
                    _ringsUnanswered += _ringsOfLook;
                    EndLook(LookResult.Failed, []);
                    break;
                case Happens.PollLeaves when _polls.Count > 0:
                    var leaver = _polls.Keys.ElementAt(number % _polls.Count);
                    _ringsUnanswered += leaver == _room.Looker ? _ringsOfLook : 0;
                    _polls[leaver] ??= WakeReason.ClientAborted;
                    _room.Leave(leaver);
                    break;
                case Happens.PollIsToEnd when _polls.Count > 0:
                    _room.End(_polls.Keys.ElementAt(number % _polls.Count), WakeReason.ClientAborted);
                    break;
                case Happens.TimePasses:
                    _room.Advance(TimeSpan.FromMilliseconds(number));
                    break;
                case Happens.DueTimeComes when !_room.Room.IsOver(_room.Now) && _room.NextDueAt is { } due:
                    _room.Advance(due - _room.Now);
                    var isDone = _room.Wakes.Count > _wakesSeen || _room.Room.IsOver(_room.Now) || _room.NextDueAt != _room.Now;
                    Assert.True(isDone, "The room asks to be called again at once, although nothing is due.");
                    break;
                case Happens.TurnsAreTaken:
                    _room.MayLook = false;
                    break;
                case Happens.TurnComes:
                    _room.LetLook();
                    break;
            }
        }

        public void Check()
        {
            foreach (var (poll, reason) in _room.Wakes.Skip(_wakesSeen))
            {
                Assert.True(_polls[poll] is null, $"A poll that has ended ({_polls[poll]}) was woken: {reason}.");
                if (reason is WakeReason.Look or WakeReason.Receive)
                {
                    (_messagesWhenLookBegan, _ringsOfLook, _ringsUnanswered) = ([.. _messages], _ringsUnanswered, 0);
                    continue;
                }

                _polls[poll] = reason;
            }

            _wakesSeen = _room.Wakes.Count;
            foreach (var (push, claimed) in _room.Released.Skip(_releasedSeen).ToArray())
            {
                Assert.True(_pushes.Remove(push), "A push that does not wait was released.");
                if (claimed is not null)
                {
                    AddClaimed(claimed);
                }
            }

            _releasedSeen = _room.Released.Count;
            Assert.True(_pushes.Count == 0 || !_room.Room.HasPolls, "A push waits although a poll is there.");
            var waiting = _polls.Keys.Where(poll => poll.State == WaiterState.Waiting).ToList();
            Assert.Equal(_polls.Count(poll => poll.Value is null), _polls.Keys.Count(poll => poll.State != WaiterState.Gone));
            if (waiting.Count > 0 && _room.MayLook && _room.Looker is null)
            {
                Assert.True(_ringsUnanswered == 0, "A ring is not followed by a look.");
                Assert.False(_room.Room.IsLookDue(_room.Now), "A look is due and none is under way.");
            }

            if (_room.Room.IsOver(_room.Now))
            {
                Assert.True(
                    _ringsUnanswered == 0 || _room.RungElsewhere > 0,
                    "A room is over, and its unanswered ring is forgotten.");
                Assert.True(_pushes.Count == 0, "A room is over, and a push waits in it.");
                BeginAnew();
                return;
            }

            CheckNextDue(waiting);
        }

        private void CheckNextDue(List<TestPoll> waiting)
        {
            var due = _room.NextDueAt;
            Assert.True(_room.Room.HasPolls || due is not null, "A room without polls is kept for ever.");
            Assert.True(_pushes.Count == 0 || due <= _room.Now + TimeSpan.FromMilliseconds(50), "A push waits for long.");
            Assert.True(due is null || due >= _room.Now, $"The room asks to be called again at {due}, and it is {_room.Now} already.");
            foreach (var poll in waiting)
            {
                Assert.True(due <= poll.EndsAt + PollClock.LookOverrun, "A waiting poll is forgotten.");
            }
        }

        // The registry drops the room, and rings at other instances.
        private void BeginAnew()
        {
            _room = new RoomHarness(hasDoorbell: true, _room.Now) { MayLook = _room.MayLook };
            _polls.Clear();
            _claimed.Clear();
            (_wakesSeen, _releasedSeen, _ringsUnanswered) = (0, 0, 0);
        }

        private void AddClaimed(TestPoll claimed)
        {
            Assert.True(_messages.TrueForAll(_toRingFor.Contains), "A poll was claimed although an older message waits.");
            Assert.Equal(WaiterState.Claimed, claimed.State);
            _claimed.Add(claimed);
        }

        // Storage hands out messages in roughly the order in which they came.
        private Guid[] Receive(int number, int atMost)
        {
            var there = _messagesWhenLookBegan.Intersect(_messages).ToArray();
            Guid[] received = [.. there.Skip(number % 3 == 0 && there.Length > atMost ? 1 : 0).Take(atMost)];
            _messages.RemoveAll(received.Contains);
            return received;
        }

        private void EndLook(LookResult result, Guid[] messages)
        {
            var looker = _room.Looker!;
            if (result is LookResult.Messages or LookResult.Failed)
            {
                _polls[looker] = WakeReason.Deliver;
            }

            _room.EndLook(result, messages);
        }

        private TestPoll TakeClaimed(int number)
        {
            var claimed = _claimed[number % _claimed.Count];
            _claimed.Remove(claimed);
            return claimed;
        }
    }
}
