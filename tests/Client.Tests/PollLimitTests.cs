using FuncComet.Client.Reading;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Client.Tests;

/// <summary>What polls find out about the limit of what stands in front. All times are seconds.</summary>
public sealed class PollLimitTests
{
    private const int Whole = 220;

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly PollLimit _limit;

    public PollLimitTests() => _limit = new PollLimit(_time, _logger);

    [Theory]
    [InlineData(30, 30, 24)]
    [InlineData(30.4, 29.6, 23)]
    [InlineData(100, 110, 80)]
    [InlineData(8, 8.9, 6)]
    [InlineData(5, 5, 5)]
    [InlineData(2, 2, 5)]
    public void Begin_AfterTwoCutsAtAboutTheSameTime_AsksForLess(double first, double second, double asked)
    {
        Cut(first);
        Assert.Equal(Whole, Asked());
        Cut(second);

        Assert.Equal(asked, Asked());
    }

    [Theory]
    [InlineData(30, 34)]
    [InlineData(8, 9.1)]
    public void Begin_AfterTwoCutsAtDifferentTimes_AsksForTheWhole(double first, double second)
    {
        Cut(first);
        Cut(second);
        Assert.Equal(Whole, Asked());

        Cut(second);
        Assert.NotEqual(Whole, Asked());
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(Whole)]
    [InlineData(Whole + 30)]
    public void Begin_AfterPollsThatEndedTooSoonOrAsLateAsAsked_AsksForTheWhole(double held)
    {
        Cut(held);
        Cut(held);

        Assert.Equal(Whole, Asked());
        Assert.False(HasShortLease());
    }

    [Fact]
    public void Begin_WhenOneCrashCutSeveralPolls_CountsThemOnce()
    {
        var polls = Enumerable.Range(0, 5).Select(_ => Begin()).ToList();
        Pass(30);
        polls.ForEach(poll => Interrupt(poll, 30));
        Assert.Equal(Whole, Asked());

        Cut(30);
        Assert.Equal(24, Asked());
    }

    [Fact]
    public void Begin_WhenTheAppHasAnsweredLaterThanTheFirstCut_ForgetsIt()
    {
        Cut(30);
        Answer(31);
        Cut(30);

        Assert.Equal(Whole, Asked());
    }

    [Fact]
    public void Begin_WhenTheAppHasAnsweredSoonerThanTheFirstCut_StillCountsIt()
    {
        Cut(30);
        Answer(29);
        Cut(30);

        Assert.Equal(24, Asked());
    }

    [Fact]
    public void Begin_WhenLimitedPollsAreCutTwice_AsksForEvenLess()
    {
        Learn(30);
        Cut(15);
        Assert.Equal(24, Asked());
        Cut(15);

        Assert.Equal(12, Asked());
        Assert.Equal(
            ["Requests are ended after 30 s, so polls ask for 24 s", "Requests are ended after 15 s, so polls ask for 12 s"], Told());
    }

    [Fact]
    public void Begin_ForLessThanTheLimit_AsksForThat()
    {
        Learn(30);

        Assert.Equal(10, _limit.Begin(TimeSpan.FromSeconds(10)).Wait.TotalSeconds);
    }

    [Fact]
    public void Begin_FiveMinutesAfterTheLimitWasFound_ProbesOnce()
    {
        Learn(30);
        Pass(299);
        Assert.Equal(24, Asked());
        Pass(1);

        var probe = Begin();
        Assert.Equal((Whole, true), (probe.Wait.TotalSeconds, probe.HasShortLease));
        Assert.Equal(24, Asked());
    }

    [Fact]
    public void Begin_WhenProbesAreCut_ProbesMoreAndMoreRarely()
    {
        Learn(30);
        Answer(0);
        foreach (var minutes in new[] { 5, 10, 20, 40, 60, 60 })
        {
            Pass(minutes * 60 - 1);
            Assert.Equal(24, Asked());
            Pass(1);
            Assert.Equal(Whole, Cut(30.5));
        }

        Assert.Equal(24, Asked());
        Assert.False(HasShortLease());
        Assert.Single(Told());
    }

    [Fact]
    public void Begin_WhenAProbeIsAnsweredLaterThanTheLimit_AsksForTheWhole()
    {
        Learn(30);
        Pass(300);
        Answer(31);

        Assert.Equal(Whole, Asked());
        Assert.False(HasShortLease());
        Assert.Equal(
            ["Requests are ended after 30 s, so polls ask for 24 s", "Requests last longer again, so polls ask for their whole time"],
            Told());
    }

    [Fact]
    public void Begin_WhenAProbeIsCutLaterThanTheLimit_RaisesIt()
    {
        Learn(30);
        Pass(300);
        Cut(100);

        Assert.Equal(80, Asked());
        Pass(599);
        Assert.Equal(80, Asked());
        Pass(1);
        Assert.Equal(Whole, Asked());
        Assert.Equal("Requests are ended after 100 s, so polls ask for 80 s", Told()[^1]);
    }

    [Fact]
    public void Begin_WhenAProbeIsCutSooner_LowersTheLimitAfterASecondCut()
    {
        Learn(30);
        Pass(300);
        Cut(10);
        Assert.Equal(24, Asked());
        Cut(10);

        Assert.Equal(8, Asked());
    }

    [Fact]
    public void Begin_WhenAProbeShowedNothing_ProbesAgain()
    {
        Learn(30);
        Pass(300);
        Answer(20);
        Assert.Equal(Whole, Asked());
        _limit.End(Begin());
        Assert.Equal(Whole, Asked());
        Cut(0.5);

        Assert.Equal(Whole, Asked());
    }

    [Fact]
    public void Begin_FromTheFirstCutUntilAPollComesBackWhole_HasAShortLease()
    {
        Assert.False(HasShortLease());
        Cut(30);
        Assert.True(HasShortLease());
        Answer(29);
        Assert.True(HasShortLease());
        Answer(31);
        Assert.False(HasShortLease());

        Learn(30);
        Assert.True(HasShortLease());
        Answer(2);
        Assert.False(HasShortLease());
    }

    [Fact]
    public void Begin_WhereEvenTheShortestPollsAreCut_KeepsTheShortLeaseTellsOnceAndProbes()
    {
        Learn(3);
        for (var cuts = 0; cuts < 60; cuts++)
        {
            Cut(3);
            Answer(1);
            Assert.True(HasShortLease());
        }

        Pass(300);
        Assert.Equal(Whole, Asked());
        Assert.Single(Told());
    }

    // Begins a poll and ends it without a result.
    private double Asked()
    {
        var poll = Begin();
        _limit.End(poll);
        return poll.Wait.TotalSeconds;
    }

    private bool HasShortLease()
    {
        var poll = Begin();
        _limit.End(poll);
        return poll.HasShortLease;
    }

    private PlannedPoll Begin() => _limit.Begin(TimeSpan.FromSeconds(Whole));

    private void Learn(double limit)
    {
        Cut(limit);
        Cut(limit);
    }

    // Returns what the poll asked for.
    private double Cut(double held)
    {
        var poll = Begin();
        Pass(held);
        Interrupt(poll, held);
        return poll.Wait.TotalSeconds;
    }

    private void Interrupt(PlannedPoll poll, double held)
    {
        _limit.Interrupted(poll, TimeSpan.FromSeconds(held));
        _limit.End(poll);
    }

    private void Answer(double held)
    {
        var poll = Begin();
        Pass(held);
        _limit.Answered(poll, TimeSpan.FromSeconds(held));
        _limit.End(poll);
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private List<string> Told() => [.. _logger.Collector.GetSnapshot().Select(record => record.Message)];
}
