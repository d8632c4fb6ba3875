using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FuncComet.Telemetry;

/// <summary>
/// All metrics of this app, on the meter <c>FuncComet</c>. No tag names a recipient: the names may be personal data,
/// and there are too many of them.
/// </summary>
public sealed class FuncCometMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FuncComet";

    // In seconds. A poll lasts at least as long as one request to Storage and at most the longest timeout. A message
    // may wait for days.
    private static readonly InstrumentAdvice<double> PollBuckets = new()
    {
        HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 220],
    };

    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3_600, 86_400],
    };

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _recalled;
    private readonly Counter<long> _limited;
    private readonly UpDownCounter<long> _held;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _redeliveries;
    private readonly Counter<long> _leaseChanges;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _offlineNotes;
    private readonly Counter<long> _storageRequests;

    // As they were measured last; null if they are not known.
    private Tuple<long, double>? _letters;

    /// <summary>Creates the instruments.</summary>
    public FuncCometMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>(
            "funccomet.push.accepted", "{message}", "Copies of messages that were accepted, one for each recipient of a push.");
        _recalled = meter.CreateCounter<long>(
            "funccomet.push.recalled", "{message}", "Copies that were taken back before a poll received them.");
        _limited = meter.CreateCounter<long>(
            "funccomet.push.limited", "{message}", "Pushes that were refused because there were too many, by limit.");
        _held = meter.CreateUpDownCounter<long>("funccomet.poll.held", "{poll}", "Polls that this instance holds now.");
        _duration = meter.CreateHistogram(
            "funccomet.poll.duration", "s", "How long a poll was held, by outcome.", tags: null, PollBuckets);
        _latency = meter.CreateHistogram(
            "funccomet.delivery.latency",
            "s",
            "From the push of a message until it was written to a client, at each delivery.",
            tags: null,
            LatencyBuckets);
        _redeliveries = meter.CreateCounter<long>(
            "funccomet.redeliveries", "{message}", "Messages written to a client that had been handed out before.");
        _leaseChanges = meter.CreateCounter<long>(
            "funccomet.lease.changes", "{message}", "Messages whose lease a client has renewed, or ended by releasing them, by change.");
        _deadLetters = meter.CreateCounter<long>("funccomet.dead_letters", "{message}", "Messages moved to the dead-letter queue.");
        meter.CreateObservableGauge(
            "funccomet.dead_letters.waiting",
            () => Observe(letters => letters.Item1),
            "{message}",
            "Messages that wait in the dead-letter queues.");
        meter.CreateObservableGauge(
            "funccomet.dead_letters.oldest_age",
            () => Observe(letters => letters.Item2),
            "s",
            "How long the oldest dead letter has waited.");
        _offlineNotes = meter.CreateCounter<long>(
            "funccomet.offline.notes", "{note}", "Notes about messages that nobody polls for, by result.");
        _storageRequests = meter.CreateCounter<long>(
            "funccomet.storage.requests", "{request}", "HTTP requests to Storage, retries included, by operation and result.");
    }

    /// <summary>Counts a push that was refused because of a rate.</summary>
    /// <param name="limit">The limit's tag: <c>instance</c> for a whole request, <c>recipient</c> for one of its copies.</param>
    public void PushLimited(string limit) => _limited.Add(1, KeyValuePair.Create<string, object?>("limit", limit));

    internal void PushAccepted() => _accepted.Add(1);

    internal void PushRecalled() => _recalled.Add(1);

    internal void PollEntered() => _held.Add(1);

    internal void PollLeft() => _held.Add(-1);

    /// <param name="outcome">The outcome's tag.</param>
    /// <param name="held">How long the poll was held.</param>
    internal void PollEnded(string outcome, TimeSpan held) =>
        _duration.Record(held.TotalSeconds, KeyValuePair.Create<string, object?>("outcome", outcome));

    /// <param name="latency">Negative if the clocks of two instances differ by more than the delivery took; then recorded as zero.</param>
    /// <param name="again">True if the message had been handed out before.</param>
    internal void Delivered(TimeSpan latency, bool again)
    {
        _latency.Record(Math.Max(0, latency.TotalSeconds));
        if (again)
        {
            _redeliveries.Add(1);
        }
    }

    internal void LeasesRenewed(int messages) => LeasesChanged("renewed", messages);

    internal void LeasesReleased(int messages) => LeasesChanged("released", messages);

    internal void DeadLettered() => _deadLetters.Add(1);

    /// <summary>Reports the dead letters that wait from now on.</summary>
    /// <param name="waiting">How many there are.</param>
    /// <param name="oldestAge">How long the oldest has waited; zero if there is none.</param>
    internal void LettersMeasured(long waiting, TimeSpan oldestAge) =>
        Volatile.Write(ref _letters, Tuple.Create(waiting, Math.Max(0, oldestAge.TotalSeconds)));

    /// <summary>Reports no dead letters from now on.</summary>
    internal void LettersUnknown() => Volatile.Write(ref _letters, null);

    /// <param name="result">The result's tag: written or failed.</param>
    internal void NoteEnded(string result) => _offlineNotes.Add(1, KeyValuePair.Create<string, object?>("result", result));

    internal void StorageRequested(string operation, string result) =>
        _storageRequests.Add(1, new TagList { { "operation", operation }, { "result", result } });

    private IEnumerable<Measurement<T>> Observe<T>(Func<Tuple<long, double>, T> value)
        where T : struct => Volatile.Read(ref _letters) is { } letters ? [new(value(letters))] : [];

    private void LeasesChanged(string change, int messages) =>
        _leaseChanges.Add(messages, KeyValuePair.Create<string, object?>("change", change));
}
