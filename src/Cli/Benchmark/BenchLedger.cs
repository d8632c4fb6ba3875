using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FuncComet.Client;
using HdrHistogram;

namespace FuncComet.Cli.Benchmark;

/// <summary>Counts what was pushed and what was received, and how long each message took. Safe for concurrent use.</summary>
internal sealed class BenchLedger(TimeProvider time)
{
    // Up to an hour in microseconds, to three digits.
    private const long LongestMicroseconds = 3_600_000_000;

    private readonly ConcurrentDictionary<long, long> _pushedAt = new();
    private readonly ConcurrentDictionary<string, byte> _accepted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _received = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly LongConcurrentHistogram _microseconds = new(1, LongestMicroseconds, 3);

    // Counters of their own: a ConcurrentDictionary takes all of its locks to tell its count.
    private long _pushed;
    private long _firsts;
    private long _repeated;
    private long _lastArrival;

    public long Pushed => Interlocked.Read(ref _pushed);

    public long Accepted => _accepted.Count;

    public long Received => Interlocked.Read(ref _firsts);

    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>The messages that the app has accepted and nobody has received.</summary>
    public long Missing => _accepted.Keys.Count(id => !_received.ContainsKey(id));

    public IReadOnlyDictionary<string, long> Errors => _errors;

    public HistogramBase? Latency => _microseconds.TotalCount == 0 ? null : _microseconds;

    /// <summary>How long after <paramref name="began"/> the last message came; zero if none came.</summary>
    public TimeSpan LastArrivalAfter(long began) =>
        Received == 0 ? TimeSpan.Zero : time.GetElapsedTime(began, Interlocked.Read(ref _lastArrival));

    /// <summary>Begins a message and returns its body: its number, filled up to the size.</summary>
    public byte[] Begin(long number, int size)
    {
        Interlocked.Increment(ref _pushed);
        _pushedAt[number] = time.GetTimestamp();
        return Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadRight(size));
    }

    public void Accept(PushedCopy copy) => _accepted.TryAdd(copy.Id, 0);

    public void Receive(CometMessage message)
    {
        var arrived = time.GetTimestamp();
        if (!long.TryParse(message.Text.TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            // It was pushed before the measured time, to open the mailbox.
            return;
        }

        if (!_received.TryAdd(message.Id, 0))
        {
            Interlocked.Increment(ref _repeated);
            return;
        }

        Interlocked.Increment(ref _firsts);
        Interlocked.Exchange(ref _lastArrival, arrived);
        if (_pushedAt.TryRemove(number, out var pushed))
        {
            var microseconds = (long)time.GetElapsedTime(pushed, arrived).TotalMicroseconds;
            _microseconds.RecordValue(Math.Clamp(microseconds, 1, LongestMicroseconds));
        }
    }

    public void Fail(string what, FuncCometException error) => Fail(
        error.Status is { } status
            ? string.Create(CultureInfo.InvariantCulture, $"{what}: {(int)status} {error.Code}")
            : $"{what}: {error.Code}");

    public void Fail(string kind, long count = 1) => _errors.AddOrUpdate(kind, count, (_, before) => before + count);
}
