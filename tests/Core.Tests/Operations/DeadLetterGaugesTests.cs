using Azure;
using FuncComet.Core.Tests.Polling;
using FuncComet.Operations;
using FuncComet.Telemetry;
using FuncComet.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace FuncComet.Core.Tests.Operations;

public sealed class DeadLetterGaugesTests : IDisposable
{
    private readonly PollHarness _instance = new();
    private readonly MetricCollector<long> _waiting;
    private readonly MetricCollector<double> _oldest;

    public DeadLetterGaugesTests()
    {
        _waiting = new(_instance.Meters, FuncCometMetrics.MeterName, "funccomet.dead_letters.waiting");
        _oldest = new(_instance.Meters, FuncCometMetrics.MeterName, "funccomet.dead_letters.oldest_age");
    }

    public void Dispose()
    {
        _waiting.Dispose();
        _oldest.Dispose();
        _instance.Dispose();
    }

    [Fact]
    public async Task Gauges_WhileNoPollIsHeld_MakeNoRequest_AndReportNothing()
    {
        await _instance.DieAsync(_instance.Alice, "text");
        _instance.Storage.DeadLettersOf(_instance.Alice).Requests.Clear();

        Assert.Equal((null, null), await CheckAsync());

        Assert.Empty(_instance.Storage.DeadLettersOf(_instance.Alice).Requests);
        Assert.Equal(0, _instance.Storage.Listings);
    }

    [Fact]
    public async Task Gauges_WhileAPollIsHeld_ReportTheLettersOfAll()
    {
        await _instance.DieAsync(_instance.Alice, "1");
        _instance.Time.Advance(TimeSpan.FromSeconds(60));
        await _instance.DieAsync(Named.Recipient("bob"), "2");
        await _instance.DieAsync(Named.Recipient("carol"), "3", into: _instance.Storage.OlderDeadLetters);
        _ = _instance.PollAsync(seconds: 3_600);

        Assert.Equal((3, 60), await CheckAsync());
    }

    [Fact]
    public async Task Gauges_WithoutLetters_ReportZero()
    {
        _instance.Storage.DeadLettersOf(_instance.Alice).IsThere = true;
        _ = _instance.PollAsync(seconds: 3_600);

        Assert.Equal((0, 0), await CheckAsync());
    }

    [Fact]
    public async Task Gauges_AreMeasuredEveryFiveMinutes()
    {
        _ = _instance.PollAsync(seconds: 3_600);
        Assert.Equal((0, 0), await CheckAsync());
        await _instance.DieAsync(_instance.Alice, "1");

        _instance.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal((0, 0), await CheckAsync());
        _instance.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 300), await CheckAsync());
        Assert.Equal(2, _instance.Storage.Listings);
    }

    [Fact]
    public async Task Gauges_WhenTheStorageFails_ReportNothing_UntilItAnswers()
    {
        await _instance.DieAsync(_instance.Alice, "1");
        _ = _instance.PollAsync(seconds: 3_600);
        Assert.Equal((1, 0), await CheckAsync());

        _instance.Storage.ListFailure = new RequestFailedException(503, "", "ServerBusy", innerException: null);
        _instance.Time.Advance(DeadLetterGauges.Every);
        Assert.Equal((null, null), await CheckAsync());

        _instance.Storage.ListFailure = null;
        _instance.Time.Advance(DeadLetterGauges.Every);
        Assert.Equal((1, 600), await CheckAsync());
    }

    [Fact]
    public async Task Gauges_WhenThePollsHaveEnded_ReportNothingAfterAWhile()
    {
        var poll = _instance.PollAsync(seconds: 3_600);
        Assert.Equal((0, 0), await CheckAsync());
        await _instance.ClientAborted.CancelAsync();
        await poll.Bounded();

        _instance.Time.Advance(DeadLetterGauges.Every);

        Assert.Equal((null, null), await CheckAsync());
    }

    [Fact]
    public async Task Stop_WhileTheStorageHangs_DoesNotWaitForTheMeasurement()
    {
        await _instance.DieAsync(_instance.Alice, "1");
        using var place = _instance.Held.TryEnter(_instance.Alice);
        var (queue, never) = (_instance.Storage.DeadLettersOf(_instance.Alice), new TaskCompletionSource());
        queue.Arrived = (request, _) => request == "peek" ? never.Task : Task.CompletedTask;
        var gauges = _instance.Get<DeadLetterGauges>();
        await gauges.StartAsync(CancellationToken.None);
        await Await.UntilAsync(
            () =>
            {
                _instance.Time.Advance(TimeSpan.FromSeconds(30));
                return queue.Peeks > 0;
            },
            "the measurement");

        await gauges.StopAsync(CancellationToken.None).Bounded();
    }

    private async Task<(long? Waiting, double? Oldest)> CheckAsync()
    {
        await _instance.Get<DeadLetterGauges>().CheckAsync().Bounded();
        _waiting.Clear();
        _oldest.Clear();
        _waiting.RecordObservableInstruments();
        _oldest.RecordObservableInstruments();
        return (_waiting.LastMeasurement?.Value, _oldest.LastMeasurement?.Value);
    }
}
