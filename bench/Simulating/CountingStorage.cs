using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FuncComet.Bench.Simulating;

/// <summary>A queue service in memory that counts the requests of mailboxes and those of the instances' bells apart.</summary>
internal sealed class CountingStorage(TimeProvider time) : QueueServiceClient
{
    private readonly Dictionary<string, CountingQueue> _queues = [];
    private readonly Lock _gate = new();

    /// <summary>The requests so far, by operation.</summary>
    public Dictionary<string, long> OfMailboxes { get; } = [];

    /// <summary>The requests to queues of bells so far: the looks of each instance, and notes.</summary>
    public Dictionary<string, long> OfBells { get; } = [];

    public override QueueClient GetQueueClient(string queueName)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(queueName, out var queue))
            {
                var counts = queueName.StartsWith("fc-bell-", StringComparison.Ordinal) ? OfBells : OfMailboxes;
                _queues[queueName] = queue = new CountingQueue(time, request => Count(counts, request));
            }

            return queue;
        }
    }

    // Only the removal of bells of dead instances lists queues. No instance dies here.
    public override AsyncPageable<QueueItem> GetQueuesAsync(
        QueueTraits traits = QueueTraits.None, string? prefix = null, CancellationToken cancellationToken = default) =>
        AsyncPageable<QueueItem>.FromPages([]);

    private void Count(Dictionary<string, long> counts, string request)
    {
        lock (_gate)
        {
            counts[request] = counts.GetValueOrDefault(request) + 1;
        }
    }
}
