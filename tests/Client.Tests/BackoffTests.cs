using FuncComet.Client.Connection;

namespace FuncComet.Client.Tests;

/// <summary>The pauses after failures.</summary>
public sealed class BackoffTests
{
    [Fact]
    public void Next_WhenFailuresContinue_DoublesTheLongestPauseUpTo30Seconds()
    {
        var backoff = new Backoff(new AlmostOne());

        var pauses = Enumerable.Range(0, 9).Select(_ => Math.Round(backoff.Next().TotalSeconds, 1)).ToList();
        backoff.Reset();

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
        Assert.Equal(0.5, Math.Round(backoff.Next().TotalSeconds, 1));
        Assert.InRange(new Backoff(new Random(1)).Next(), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void ShareOf_WithAnyRandomNumber_ReturnsThatPart()
    {
        Assert.Equal(60, Math.Round(new Backoff(new AlmostOne()).ShareOf(TimeSpan.FromSeconds(60)).TotalSeconds, 2));
        Assert.InRange(new Backoff(new Random(1)).ShareOf(TimeSpan.FromSeconds(60)), TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private sealed class AlmostOne : Random
    {
        public override double NextDouble() => 0.999_999;
    }
}
