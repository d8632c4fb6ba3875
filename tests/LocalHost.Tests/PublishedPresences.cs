using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>What a mailbox's metadata says of the instances that hold polls.</summary>
internal static class PublishedPresences
{
    /// <summary>How many instances it names.</summary>
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
