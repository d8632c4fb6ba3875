using FuncComet.Polling;
using FuncComet.Recipients;
using FuncComet.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Polling;

public sealed class BackoffTests
{
    private static Recipient Alice { get; } = Named.Recipient("alice");

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
        using var backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromSeconds(5) }), Random.Shared, TimeProvider.System);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(Alice, step));
    }

    [Theory]
    [InlineData(false, 30_000)]
    [InlineData(true, 5_000)]
    public void Pause_WhereNobodyElsewhereCanRing_IsFiveSecondsAtMost(bool unheard, int milliseconds)
    {
        using var backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0 }), Random.Shared, new FakeTimeProvider());

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(Alice, 10, unheard));
    }

    // Milliseconds: polls that begin to wait at different times look at the same, 30.0 or 30.1 seconds after the first.
    [Theory]
    [InlineData(10, 29_990)]
    [InlineData(50, 29_950)]
    [InlineData(99, 30_001)]
    public void Pause_ThatIsLong_EndsTogetherWithOthers(int later, int pause)
    {
        var time = new FakeTimeProvider();
        using var backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0, Maximum = TimeSpan.FromMilliseconds(30_010) }), Random.Shared, time);
        Assert.Equal(TimeSpan.FromMilliseconds(30_000), backoff.Pause(Alice, 10));

        time.Advance(TimeSpan.FromMilliseconds(later));

        Assert.Equal(TimeSpan.FromMilliseconds(pause), backoff.Pause(Alice, 10));
    }

    [Theory]
    [InlineData(0d, 5000)]
    [InlineData(0.5, 4500)]
    [InlineData(1d, 4000)]
    public void Pause_IsShortenedByChanceAndNeverLengthened(double chance, int milliseconds)
    {
        using var backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0.2, Maximum = TimeSpan.FromSeconds(5) }), new FixedRandom(chance), TimeProvider.System);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backoff.Pause(Alice, 10));
    }

    [Fact]
    public void StepOf_IsWhatWasRemembered()
    {
        using var backoff = new Backoff(Options.Create(new BackoffOptions()), Random.Shared, TimeProvider.System);

        backoff.Remember(Named.Recipient("alice"), 3);

        Assert.Equal(3, backoff.StepOf(Named.Recipient("alice")));
        Assert.Equal(0, backoff.StepOf(Named.Recipient("bob")));
        backoff.Remember(Named.Recipient("alice"), 0);
        Assert.Equal(0, backoff.StepOf(Named.Recipient("alice")));
    }

    // Hidden for 60 and for 90 seconds; the longest pause is 30.
    [Theory]
    [InlineData(0, 30)]
    [InlineData(40, 20.1)]
    [InlineData(60.1, 5)]
    [InlineData(88, 4)]
    [InlineData(92, 30)]
    public void Pause_WhileSomethingIsHidden_EndsWhenItComesUp(double after, double seconds)
    {
        var time = new FakeTimeProvider();
        using var backoff = new Backoff(Options.Create(new BackoffOptions { Jitter = 0 }), Random.Shared, time);
        backoff.Expect(Alice, TimeSpan.FromSeconds(90));
        backoff.Expect(Alice, TimeSpan.FromSeconds(60));

        time.Advance(TimeSpan.FromSeconds(after));

        Assert.Equal(TimeSpan.FromSeconds(seconds), backoff.Pause(Alice, 10));
        Assert.Equal(TimeSpan.FromSeconds(30), backoff.Pause(Named.Recipient("bob"), 10));
    }

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
