using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>What instances tell each other through the storage: who holds polls, in a mailbox's metadata, and notes.</summary>
internal static class PublishedPresences
{
    /// <summary>Whether a request leaves a note for an instance.</summary>
    public static bool IsNote(string request) =>
        request.StartsWith("POST ", StringComparison.Ordinal) && request.Contains("/fc-bell-", StringComparison.Ordinal);

    /// <summary>
    /// Whether the last request for the recipient's queue counts its messages. A poll does that after it has published its presence, and
    /// then does not look again for more than 20 seconds, unless it is rung.
    /// </summary>
    public static bool HasCounted(StorageTap tap, string recipient)
    {
        var queue = Named.Recipient(recipient).QueueName("fc");
        return tap.Requests.LastOrDefault(request => request.Contains(queue, StringComparison.Ordinal))
            == $"GET /devstoreaccount1/{queue}?comp=metadata";
    }

    /// <summary>How many instances the mailbox's metadata names.</summary>
    public static async Task<int> CountAsync(string storage, string recipient)
    {
        var queue = new QueueServiceClient(storage).GetQueueClient(Named.Recipient(recipient).QueueName("fc"));
        if (!await queue.ExistsAsync(TestContext.Current.CancellationToken))
        {
            return 0;
        }

        var metadata = (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.Metadata;
        return metadata.Where(each => each.Key is "bell" or "bells").Sum(each => each.Value.Split(',').Length);
    }
}
