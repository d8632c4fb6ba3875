using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace FuncComet.Core.Tests.Telemetry;

/// <summary>Each metric as a listener sees it. <see cref="StorageRequestMetricsTests"/> has those of storage requests.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly PollHarness _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Push_CountsEveryCopyThatIsAccepted()
    {
        using var accepted = Collect<long>("funccomet.push.accepted");
        _instance.Storage.Of(Named.Recipient("bob")).Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);

        var recipients = new[] { _instance.Alice, Named.Recipient("bob"), Named.Recipient("carol") };
        await _instance.Push.SendAsync(recipients, Named.Message("x"), TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        Assert.Equal(2, accepted.GetMeasurementSnapshot().EvaluateAsCounter());
    }

    [Fact]
    public async Task Poll_IsCountedWhileItIsHeld()
    {
        using var held = Collect<long>("funccomet.poll.held");
        var poll = _instance.PollAsync(seconds: 30);
        Assert.Equal([1], Values(held));

        await _instance.ClientAborted.CancelAsync();
        await poll.Bounded();

        Assert.Equal([1, -1], Values(held));
    }

    [Fact]
    public async Task Poll_OfEachOutcome_IsTimed()
    {
        using var duration = Collect<double>("funccomet.poll.duration");

        await _instance.PollAsync(seconds: 0).Bounded();

        _instance.Queue.Failure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        await _instance.PollAsync(seconds: 30).Bounded();
        _instance.Queue.Failure = null;

        await _instance.PushAsync("hello");
        await _instance.PollAsync(seconds: 30).Bounded();

        var held = _instance.PollAsync(seconds: 30);
        _instance.Limits.MaxHeldPolls = 1;
        Assert.Equal(PollOutcome.TooManyPolls, await _instance.PollAsync(seconds: 30).Bounded());

        _instance.Time.Advance(TimeSpan.FromSeconds(2));
        await _instance.ClientAborted.CancelAsync();
        await held.Bounded();

        Assert.Equal(
            [("timed_out", 0), ("storage_failed", 0), ("delivered", 0), ("too_many_polls", 0), ("client_gone", 2)],
            duration.GetMeasurementSnapshot().Select(measured => ((string)measured.Tags["outcome"]!, (int)measured.Value)));
    }

    [Fact]
    public async Task Poll_WhenTheHostStops_HasThatOutcome()
    {
        using var duration = Collect<double>("funccomet.poll.duration");
        var poll = _instance.PollAsync(seconds: 30);

        _instance.Stop();
        await poll.Bounded();

        Assert.Equal("host_stopping", Assert.Single(duration.GetMeasurementSnapshot()).Tags["outcome"]);
    }

    [Fact]
    public async Task Delivery_IsMeasuredFromThePush_AndCountedAgainWhenItIsARepeat()
    {
        using var latency = Collect<double>("funccomet.delivery.latency");
        using var redeliveries = Collect<long>("funccomet.redeliveries");
        var message = FuncComet.Messages.Message.Create(_instance.Time, "text/plain", key: null, "x"u8.ToArray());
        await _instance.Push.SendAsync([_instance.Alice], message, TimeSpan.FromHours(1), TimeSpan.Zero).Bounded();

        _instance.Time.Advance(TimeSpan.FromSeconds(3));
        await LeaseAsync(seconds: 60);
        Assert.Empty(redeliveries.GetMeasurementSnapshot());
        _instance.Time.Advance(TimeSpan.FromSeconds(60));
        await LeaseAsync(seconds: 60);

        Assert.Equal([3, 63], Values(latency).Select(value => Math.Round(value)));
        Assert.Equal([1], Values(redeliveries));
    }

    [Fact]
    public async Task DeadLetters_AreCounted()
    {
        using var deadLetters = Collect<long>("funccomet.dead_letters");
        await _instance.PushAsync("poison");

        // With MaxDeliveries = 3, the fourth receive sets the message aside.
        foreach (var _ in Enumerable.Range(0, 4))
        {
            await LeaseAsync(seconds: 5);
            _instance.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal([1], Values(deadLetters));
    }

    [Fact]
    public async Task Leases_AreCountedWhenTheyAreRenewedAndReleased_AndNotWhenTheirReceiptsHaveExpired()
    {
        using var changes = Collect<long>("funccomet.lease.changes");
        await _instance.PushAsync("one");
        await _instance.PushAsync("two");
        await LeaseAsync(seconds: 60);
        await LeaseAsync(seconds: 60);
        Receipt[] receipts = [.. _instance.Answer.Messages.Select(message => message.Receipt)];

        var renewed = await _instance.Leases.RenewAsync(_instance.Alice, receipts, TimeSpan.FromSeconds(60)).Bounded();
        await _instance.Leases.RenewAsync(_instance.Alice, receipts, TimeSpan.FromSeconds(60)).Bounded();
        await _instance.Leases.ReleaseAsync(_instance.Alice, [renewed[0].Renewed!, receipts[1]], TimeSpan.Zero).Bounded();

        Assert.Equal(
            [("renewed", 2), ("renewed", 0), ("released", 1)],
            changes.GetMeasurementSnapshot().Select(measured => ((string)measured.Tags["change"]!, (int)measured.Value)));
    }

    private Task<PollOutcome> LeaseAsync(int seconds) =>
        _instance.Poll.RunAsync(
            new PollRequest(_instance.Alice, TimeSpan.Zero) { Lease = TimeSpan.FromSeconds(seconds) },
            _instance.Answer,
            CancellationToken.None).Bounded();

    private MetricCollector<T> Collect<T>(string instrument)
        where T : struct => new(_instance.Meters, FuncCometMetrics.MeterName, instrument);

    private static IEnumerable<T> Values<T>(MetricCollector<T> collector)
        where T : struct => collector.GetMeasurementSnapshot().Select(measured => measured.Value);
}
