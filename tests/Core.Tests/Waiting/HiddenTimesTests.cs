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
        Assert.Equal(TimeSpan.FromSeconds(102), _times.End);
    }

    [Fact]
    public void Add_OfMoreThanSixteenTimesFarApart_MergesTheClosest()
    {
        foreach (var number in Enumerable.Range(1, 16))
        {
            Add(1_000 * number);
        }

        Add(16_500);

        Assert.Equal(1_000.1, NextLookAfter(0));
        Assert.Equal(15_000.1, NextLookAfter(14_002));
        Assert.Equal(16_000.1, NextLookAfter(15_002));
        Assert.Equal(16_205, NextLookAfter(16_200));
        Assert.Equal(16_502, NextLookAfter(16_500));
        Assert.Null(NextLookAfter(16_502));
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
