using FuncComet.Doorbells;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Doorbells;

/// <summary>When a departure is due, and that one loop deals with all.</summary>
public sealed class DeparturesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Recipient Alice = Named.Recipient("alice");
    private static readonly Recipient Bob = Named.Recipient("bob");

    private readonly FakeTimeProvider _time = new(Start);
    private readonly Departures _departures;

    public DeparturesTests() => _departures = new Departures(_time, TimeSpan.FromSeconds(2));

    [Fact]
    public void TryNext_TakesEachRecipient_TwoSecondsAfterItsDeparture()
    {
        _departures.Add(Alice);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        _departures.Add(Bob);

        Assert.Equal((null, 1.5), Next());
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(((Alice, Start), 0), Next());
        Assert.Equal((null, 0.5), Next());
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(((Bob, Start.AddSeconds(0.5)), 0), Next());
        Assert.Null(Next());
    }

    // A client that takes messages leaves and comes back all the time. The loop must not wake for each of these departures.
    [Fact]
    public void TryNext_WhenARecipientHasLeftAgain_PausesUntilItsLatestDepartureIsDue()
    {
        _departures.Add(Alice);
        _time.Advance(TimeSpan.FromSeconds(1));
        _departures.Add(Alice);

        Assert.Equal((null, 2), Next());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(((Alice, Start.AddSeconds(1)), 0), Next());
        Assert.Null(Next());
    }

    [Fact]
    public void Add_StartsALoop_OnlyIfNoneDealsWithDepartures()
    {
        Assert.True(_departures.Add(Alice));
        Assert.False(_departures.Add(Bob));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(Next());
        Assert.NotNull(Next());
        Assert.Null(Next());

        Assert.True(_departures.Add(Alice));
        Assert.False(_departures.Add(Bob));
        _departures.LoseLoop();
        Assert.True(_departures.Add(Bob));
    }

    [Fact]
    public void Contains_UntilTheDepartureIsTaken()
    {
        _departures.Add(Alice);
        Assert.True(_departures.Contains(Alice));
        Assert.False(_departures.Contains(Bob));

        _time.Advance(TimeSpan.FromSeconds(2));
        Next();

        Assert.False(_departures.Contains(Alice));
    }

    // The departure that is due, or the seconds until one is; null if none is left.
    private ((Recipient Recipient, DateTimeOffset At)? Due, double Pause)? Next() =>
        _departures.TryNext(out var due, out var pause) ? (due, pause.TotalSeconds) : null;
}
