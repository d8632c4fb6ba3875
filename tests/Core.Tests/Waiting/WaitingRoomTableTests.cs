using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>Compares the room's behaviour while polls wait, for each state and event, with the table in docs/architecture.md.</summary>
public sealed class WaitingRoomTableTests
{
    private static readonly ArchitectureTable Table = new("event");

    private static readonly (string Name, Action<RoomHarness> SetUp)[] States =
    [
        ("waits: Empty", _ => { }),
        ("waits: Missing", room =>
        {
            room.Advance(0.25);
            room.EndLook(LookResult.Missing);
        }),
        ("looks: Unknown", room =>
        {
            room.Advance(0.25);
            room.EndLook(LookResult.SetAside, 1);
        }),
        ("looks: Rung", room =>
        {
            room.Advance(0.25);
            room.Ring();
        }),
        ("looks: Empty", room => room.Advance(0.25)),
        ("waits for its turn: Unknown", room =>
        {
            room.Advance(0.25);
            room.MayLook = false;
            room.EndLook(LookResult.SetAside, 1);
        }),
        ("waits for its turn: Rung", room =>
        {
            room.MayLook = false;
            room.Ring();
        }),
    ];

    // Returns false if the event cannot happen.
    private static readonly (string Name, Func<RoomHarness, bool> Apply)[] Events =
    [
        ("a poll comes", room => room.Enter() is not null),
        ("a push rings", room => room.Ring()),
        ("a push claims a poll", room => room.Claim() is not null),
        ("… and hands over its message", room => room.Claim() is { } poll && room.HandOver(poll)),
        ("… and releases the poll", room => room.Claim() is { } poll && Did(() => room.Release(poll))),
        ("the look finds nothing", room => room.Looker is not null && Did(() => room.EndLook(LookResult.Empty))),
        ("the look finds no queue", room => room.Looker is not null && Did(() => room.EndLook(LookResult.Missing))),
        ("the look sets messages aside", room => room.Looker is not null && Did(() => room.EndLook(LookResult.SetAside, 1))),
        ("the look finds messages", room => room.Looker is not null && Did(() => room.EndLook(LookResult.Messages, 1))),
        ("the look fails", room => room.Looker is not null && Did(() => room.EndLook(LookResult.Failed))),
        ("the poll that looks leaves", room => room.Looker is { } poll && Did(() => room.Leave(poll))),
        ("the pause ends", room => room.Looker is null && Did(() => room.Advance(5))),
        ("the timeout runs out", room => Did(() => room.Advance(60))),
        ("its turn comes", room => !room.MayLook && Did(() => room.LetLook())),
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
        Assert.Equal(["event", .. States.Select(state => state.Name)], Table.Head);
        Assert.Equal(Events.Select(one => one.Name), Table.Rows);
    }

    /// <summary>The state after the event, and the polls that were woken; "–" if the event cannot happen.</summary>
    private static string Outcome(Action<RoomHarness> setUp, Func<RoomHarness, bool> apply)
    {
        // Two polls have entered, and each has had a look that found nothing. The newer poll makes the next look.
        var room = new RoomHarness();
        var (older, newer) = (room.Enter(), room.Enter());
        room.EndLook(LookResult.Empty);
        room.EndLook(LookResult.Empty);
        setUp(room);
        room.Wakes.Clear();
        if (!apply(room))
        {
            return "–";
        }

        var doing = room.Room.IsLooking ? "looks" : room.Room.IsLookDue(room.Now) ? "waits for its turn" : "waits";
        var woken = room.Wakes.Select(wake => $"{(wake.Poll == older ? "older" : wake.Poll == newer ? "newer" : "newest")}: {wake.Reason}");
        return string.Join("; ", [$"{doing}: {room.Room.Mailbox}", .. woken]);
    }

    private static bool Did(Action action)
    {
        action();
        return true;
    }
}
