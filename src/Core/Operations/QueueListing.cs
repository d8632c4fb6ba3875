using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;

namespace FuncComet.Operations;

/// <summary>Lists queues by a prefix of their names, part by part.</summary>
/// <remarks>
/// Every request asks for as many queues as Storage lists at once, and a position names the queue in that page at which a listing stopped.
/// Smaller pages, each continued at Storage's own marker, would transfer less. But Azurite sorts by name and continues by age: unless all
/// queues fit into one page, it leaves some out and repeats others without end.
/// </remarks>
public sealed class QueueListing(QueueServiceClient storage, TimeProvider time)
{
    /// <summary>The most requests that one call makes.</summary>
    public const int MaxRequests = 10;

    // Storage's limit.
    private const int PageSize = 5_000;

    /// <summary>Lists until <paramref name="max"/> are selected, or <see cref="MaxRequests"/> are made.</summary>
    /// <param name="prefix">What the queues' names begin with.</param>
    /// <param name="max">The most to select.</param>
    /// <param name="after">Where to begin; null for the beginning.</param>
    /// <param name="select">What is listed of a queue; null to leave the queue out.</param>
    /// <returns>Null if Storage refuses the marker of <paramref name="after"/>.</returns>
    /// <exception cref="StorageUnavailableException">Storage did not list them.</exception>
    public async Task<QueuePage<T>?> ListAsync<T>(string prefix, int max, QueuePosition? after, Func<QueueEntry, T?> select)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(select);
        var found = new List<T>();
        var marker = after?.Marker ?? "";
        var done = after?.After ?? "";
        for (var requests = 1; ; requests++)
        {
            if (await ReadPageAsync(prefix, marker, isGiven: requests == 1 && marker.Length > 0) is not { } page)
            {
                return null;
            }

            var last = new QueuePosition(marker, done);
            foreach (var queue in NotDone(page.Values, done))
            {
                var position = new QueuePosition(marker, queue.Name);
                if (select(new(queue.Name, queue.Metadata ?? new Dictionary<string, string>(), position)) is { } selected)
                {
                    if (found.Count == max)
                    {
                        return new(found, last);
                    }

                    found.Add(selected);
                }

                (last, done) = (position, "");
            }

            // A marker that does not advance would never end. Azurite returns such a marker if there are more queues than fit into a page.
            var next = string.IsNullOrEmpty(page.ContinuationToken) || page.ContinuationToken == marker ? null : page.ContinuationToken;
            if (next is null || found.Count == max || requests == MaxRequests)
            {
                return new(found, next is null ? null : new QueuePosition(next, done));
            }

            marker = next;
        }
    }

    // The queues after the one that was done last. Storage may end the same page earlier than before, so that the queue is not in it; and
    // the queue may have been deleted. Storage lists by name, so later names are those that are not done.
    private static IEnumerable<QueueItem> NotDone(IReadOnlyList<QueueItem> queues, string done)
    {
        var isThere = done.Length > 0 && queues.Any(queue => queue.Name == done);
        return isThere ? queues.SkipWhile(queue => queue.Name != done).Skip(1)
            : queues.Where(queue => string.CompareOrdinal(queue.Name, done) > 0);
    }

    // Null if Storage refuses a marker that a client has given.
    private Task<Page<QueueItem>?> ReadPageAsync(string prefix, string marker, bool isGiven) => StorageCall.RunAsync<Page<QueueItem>?>(
        "list queues",
        Mailbox.Deadline,
        time,
        async token =>
        {
            var pages = storage.GetQueuesAsync(QueueTraits.Metadata, prefix, token)
                .AsPages(marker.Length > 0 ? marker : null, PageSize)
                .GetAsyncEnumerator(token);
            await using (pages)
            {
                try
                {
                    await pages.MoveNextAsync();
                    return pages.Current;
                }
                catch (RequestFailedException ex) when (isGiven && ex.Status == 400)
                {
                    return null;
                }
            }
        });
}
