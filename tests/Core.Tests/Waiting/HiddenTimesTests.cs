using FuncComet.Waiting;

namespace FuncComet.Core.Tests.Waiting;

/// <summary>All times are in seconds.</summary>
public sealed class HiddenTimesTests
{
    private readonly HiddenTimes _times = new();

    // Visible after 60 and after 90 seconds. That is close enough together to look every five seconds in between.
    [Theory]
    [InlineData(0, 60.1)]
    [InlineData(40, 60.1)]
    [InlineData(60.1, 65.1)]
    [InlineData(88, 92)]
    public void NextLook_IsWhenAMessageBecomesVisible(double lastLook, double next)
    {
        Add(90);
        Add(60);

        Assert.Equal(next, NextLookAfter(lastLook));
    }

    [Fact]
    public void NextLook_AfterTheLastTime_IsNull()
    {
        Assert.Null(NextLookAfter(0));
        Add(90);
        Assert.Null(NextLookAfter(92));
    }

    // A lease of 30 seconds and a delay of a week, with no look in between.
    [Theory]
    [InlineData(30.1, 32)]
    [InlineData(32, 604_800.1)]
    [InlineData(300_000, 604_800.1)]
    [InlineData(604_800.1, 604_802)]
    public void NextLook_BetweenTimesThatAreFarApart_IsNotBeforeTheSecond(double lastLook, double next)
    {
        Add(604_800);
        Add(30);

        Assert.Equal(next, NextLookAfter(lastLook));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(-0.001)]
    [InlineData(0)]
    public void Add_OfATimeThatHasPassed_MakesALookDueNow(double due)
    {
        _times.Add(TimeSpan.FromSeconds(100 + due), now: TimeSpan.FromSeconds(100));

        Assert.Equal(100.1, NextLookAfter(100));
        Assert.Equal(102, NextLookAfter(100.1));
        Assert.Null(NextLookAfter(102));
    }

    // The farthest is left to the pauses, so that polls never look every five seconds for hours.
    [Theory]
    [InlineData(16_500, 1_000.1, 16_000.1)]
    [InlineData(500, 500.1, 15_000.1)]
    public void Add_OfASeventeenthTime_ForgetsTheFarthest(double seventeenth, double first, double last)
    {
        foreach (var number in Enumerable.Range(1, 16))
        {
            Add(1_000 * number);
        }

        Add(seventeenth);

        Assert.Equal(first, NextLookAfter(0));
        Assert.Equal(last, NextLookAfter(last - 1));
        Assert.Null(NextLookAfter(last + 2));
    }

    [Fact]
    public void Add_OfTheSameTimeAgain_ChangesNothing()
    {
        Add(60);
        Add(60);

        Assert.Equal(60.1, NextLookAfter(0));
        Assert.Equal(62, NextLookAfter(60.1));
        Assert.Null(NextLookAfter(62));
    }

    private void Add(double due) => _times.Add(TimeSpan.FromSeconds(due), now: TimeSpan.Zero);

    private double? NextLookAfter(double lastLook) => _times.NextLookAfter(TimeSpan.FromSeconds(lastLook))?.TotalSeconds;
}
