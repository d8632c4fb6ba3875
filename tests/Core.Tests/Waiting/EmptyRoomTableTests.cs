using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>
/// Compares the behaviour of a room whose last poll has left with a message, for each state and event, with the table in
/// docs/architecture.md.
/// </summary>
public sealed class EmptyRoomTableTests
{
    private static readonly ArchitectureTable Table = new("event without polls");

    private static readonly (string Name, Action<RoomHarness> SetUp)[] States =
    [
        ("expected: Empty", room =>
        {
            room.Advance(0.002);
            room.HandOverTo(room.Enter());
        }),
        ("likely: Empty", _ => { }),
        ("likely: Unknown", room =>
        {
            room.RingForUnknown();
            room.Enter();
            room.EndLook(LookResult.Messages, 1);
        }),
        ("likely: Rung", room => room.Ring()),
        ("likely: Rung, told", room =>
        {
            room.Ring();
            room.Advance(0.05);
        }),
    ];

    // Returns false if the event cannot happen.
    private static readonly (string Name, Func<RoomHarness, bool> Apply)[] Events =
    [
        ("a poll comes", room => room.Enter() is not null),
        ("a push rings", room => room.Ring()),
        ("a push rings that is not kept", room => !room.Ring(mayKeep: false)),
        ("a push waits for a poll", room => room.WaitForPoll() is not null),
        ("… and a poll comes", room => room.WaitForPoll() is not null && room.Enter() is not null),
        ("… and none comes within 10 ms", room => room.WaitForPoll() is not null && Did(() => room.Advance(0.01))),
        ("50 ms pass", room => Did(() => room.Advance(0.05))),
        ("a second passes", room => Did(() => room.Advance(1))),
    ];

    public static TheoryData<string, string> Cells => new(from happened in Events from state in States select (state.Name, happened.Name));

    [Theory]
    [MemberData(nameof(Cells))]
    public void Event_InEachState_DoesWhatTheTableSays(string state, string happened)
    {
        var row = Array.FindIndex(Events, one => one.Name == happened);
        var column = Array.FindIndex(States, one => one.Name == state);

        Assert.Equal(Table.Cell(row, column), Outcome(States[column].SetUp, Events[row].Apply));
    }

    [Fact]
    public void Table_HasEveryStateAndEvent()
    {
        Assert.Equal(["event without polls", .. States.Select(state => state.Name)], Table.Head);
        Assert.Equal(Events.Select(one => one.Name), Table.Rows);
    }

    /// <summary>What the room knows after the event, and what it has decided; "–" if the event cannot happen.</summary>
    private static string Outcome(Action<RoomHarness> setUp, Func<RoomHarness, bool> apply)
    {
        // A poll has looked and been handed a message.
        var room = new RoomHarness();
        var first = room.Enter();
        room.EndLook(LookResult.Empty);
        room.HandOverTo(first);
        setUp(room);
        room.Wakes.Clear();
        var told = room.RungElsewhere;
        if (!apply(room))
        {
            return "–";
        }

        var doing = room.Room.IsOver(room.Now) ? "over" : room.Room.IsLooking ? "looks" : room.Room.HasPolls ? "waits" : "kept";
        return string.Join(
            "; ",
            [
                $"{doing}: {room.Room.Mailbox}",
                .. room.Wakes.Select(wake => $"poll: {wake.Reason}"),
                .. room.Released.Select(released => released.Claimed is null ? "push: goes on" : "push: claims the poll"),
                .. Enumerable.Repeat("rings elsewhere", room.RungElsewhere - told),
            ]);
    }

    private static bool Did(Action action)
    {
        action();
        return true;
    }
}
