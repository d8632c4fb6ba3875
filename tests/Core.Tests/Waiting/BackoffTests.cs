using FuncComet.Waiting;
using Microsoft.Extensions.Options;

namespace FuncComet.Core.Tests.Waiting;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 250)]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(3, 2000)]
    [InlineData(4, 4000)]
    [InlineData(5, 5000)]
    [InlineData(6, 5000)]
    [InlineData(1_000_000, 5000)]
    public void Pause_DoublesUpToTheMaximum(int step, int milliseconds)
    {
        var backoff = Create(new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromSeconds(5) });

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(step, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(false, 30_000)]
    [InlineData(true, 5_000)]
    public void Pause_WhenUnreachable_IsFiveSecondsAtMost(bool isUnreachable, int milliseconds)
    {
        var backoff = Create(new BackoffOptions { Jitter = 0 });

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(10, TimeSpan.Zero, isUnreachable));
    }

    // In milliseconds. Polls that begin to wait at different times look together, 30.0 or 30.1 seconds after the start.
    [Theory]
    [InlineData(0, 30_000)]
    [InlineData(10, 29_990)]
    [InlineData(50, 29_950)]
    [InlineData(99, 30_001)]
    public void Pause_WhenLong_EndsOnTheGrid(int now, int pause)
    {
        var backoff = Create(new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromMilliseconds(30_010) });

        Assert.Equal(TimeSpan.FromMilliseconds(pause), backoff.Pause(10, TimeSpan.FromMilliseconds(now)));
        Assert.Equal(TimeSpan.FromMilliseconds(pause), backoff.LongestPause(TimeSpan.FromMilliseconds(now)));
    }

    [Theory]
    [InlineData(0d, 5000)]
    [InlineData(0.5, 4500)]
    [InlineData(1d, 4000)]
    public void Pause_IsShortenedAtRandomAndNeverLengthened(double chance, int milliseconds)
    {
        var backoff = Create(new BackoffOptions { Jitter = 0.2, Maximum = TimeSpan.FromSeconds(5) }, new FixedRandom(chance));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(10, TimeSpan.Zero));
    }

    // In seconds. Jitter would shorten the pause to 24.
    [Theory]
    [InlineData(0, 24)]
    [InlineData(23, 24)]
    [InlineData(28, 28)]
    [InlineData(28.01, 28.1)]
    [InlineData(30, 30)]
    [InlineData(40, 30)]
    public void LongestPause_IsNotShortenedBelowTheLeast(double least, double pause)
    {
        var backoff = Create(new BackoffOptions { Jitter = 0.2 }, new FixedRandom(1));

        Assert.Equal(TimeSpan.FromSeconds(pause), backoff.LongestPause(TimeSpan.Zero, TimeSpan.FromSeconds(least)));
    }

    private static Backoff Create(BackoffOptions options, Random? random = null) => new(Options.Create(options), random ?? Random.Shared);

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
