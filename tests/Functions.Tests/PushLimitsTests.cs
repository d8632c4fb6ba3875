using System.Diagnostics;
using FuncComet.Functions.Push;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tests;

public sealed class PushLimitsTests : IDisposable
{
    private readonly CoreInstance _instance = new(TimeProvider.System, new FakeQueueService(TimeProvider.System));
    private readonly List<PushLimits> _limits = [];

    public void Dispose()
    {
        _limits.ForEach(limits => limits.Dispose());
        _instance.Dispose();
    }

    [Fact]
    public void Refuse_WithoutLimits_NeverRefuses()
    {
        var limits = With(new PushLimitOptions());

        for (var push = 0; push < 1_000; push++)
        {
            Assert.Null(limits.RefuseRequest());
            Assert.Null(limits.RefuseMessage(Named.Recipient("alice")));
        }
    }

    [Fact]
    public void RefuseRequest_TakesAMinutesWorth_AndThenNoneForATokensTime()
    {
        var limits = With(new PushLimitOptions { PushesPerMinute = 2 });

        Assert.Null(limits.RefuseRequest());
        Assert.Null(limits.RefuseRequest());
        Assert.Equal(TimeSpan.FromSeconds(30), limits.RefuseRequest());
        Assert.Null(limits.RefuseMessage(Named.Recipient("alice")));
    }

    [Fact]
    public void RefuseMessage_CountsEachRecipientForItself()
    {
        var limits = With(new PushLimitOptions { PushesPerMinutePerRecipient = 3 });

        for (var message = 0; message < 3; message++)
        {
            Assert.Null(limits.RefuseMessage(Named.Recipient("alice")));
        }

        Assert.Equal(TimeSpan.FromSeconds(20), limits.RefuseMessage(Named.Recipient("alice")));
        Assert.Null(limits.RefuseMessage(Named.Recipient("bob")));
        Assert.Null(limits.RefuseRequest());
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(0, 200)]
    public void Refuse_WhenManyPushesComeAtOnce_TakesNoMoreThanTheLimit(int perMinute, int perMinuteAndRecipient)
    {
        var began = Stopwatch.GetTimestamp();
        var limits = With(new PushLimitOptions { PushesPerMinute = perMinute, PushesPerMinutePerRecipient = perMinuteAndRecipient });
        var taken = 0;

        Parallel.For(0, 2_000, _ =>
        {
            if ((limits.RefuseRequest() ?? limits.RefuseMessage(Named.Recipient("alice"))) is null)
            {
                Interlocked.Increment(ref taken);
            }
        });

        // A token every 300 ms comes back meanwhile.
        var most = 200 + (Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(300));
        Assert.InRange(taken, 200, most);
    }

    [Theory]
    [InlineData(600, 0)]
    [InlineData(0, 600)]
    public async Task Refuse_WhenATokensTimeHasPassed_TakesTheNext(int perMinute, int perMinuteAndRecipient)
    {
        // One token every 100 ms.
        var limits = With(new PushLimitOptions { PushesPerMinute = perMinute, PushesPerMinutePerRecipient = perMinuteAndRecipient });
        var alice = Named.Recipient("alice");
        while ((limits.RefuseRequest() ?? limits.RefuseMessage(alice)) is null)
        {
        }

        await Await.UntilAsync(() => (limits.RefuseRequest() ?? limits.RefuseMessage(alice)) is null, "the next token");
    }

    [Fact]
    public void Refuse_CountsWhatItRefuses_ByLimit()
    {
        using var counted = new MetricCollector<long>(
            _instance.Get<System.Diagnostics.Metrics.IMeterFactory>(), FuncCometMetrics.MeterName, "funccomet.push.limited");
        var limits = With(new PushLimitOptions { PushesPerMinute = 1, PushesPerMinutePerRecipient = 1 });

        for (var push = 0; push < 2; push++)
        {
            limits.RefuseRequest();
            limits.RefuseMessage(Named.Recipient("alice"));
        }

        var refused = counted.GetMeasurementSnapshot();
        Assert.Equal([("instance", 1L), ("recipient", 1L)], refused.Select(each => ((string?)each.Tags["limit"], each.Value)));
    }

    private PushLimits With(PushLimitOptions options)
    {
        var limits = new PushLimits(Options.Create(options), _instance.Get<FuncCometMetrics>());
        _limits.Add(limits);
        return limits;
    }
}
