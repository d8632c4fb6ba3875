using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FuncComet.Bench.Serving;

/// <summary>Sums up a metric of the storage client's pipeline: the HTTP requests to Storage by operation, including retries.</summary>
internal sealed class StorageRequestCounter : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _requests = new();
    private readonly MeterListener _listener = new();

    public StorageRequestCounter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "FuncComet" && instrument.Name == "funccomet.storage.requests")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var (tag, value) in tags)
            {
                if (tag == "operation")
                {
                    _requests.AddOrUpdate((string)value!, count, (_, sum) => sum + count);
                }
            }
        });
        _listener.Start();
    }

    public IReadOnlyDictionary<string, long> Read() => new Dictionary<string, long>(_requests);

    public void Dispose() => _listener.Dispose();
}
