using Azure;
using Azure.Storage.Queues.Models;

namespace FuncComet.Mailboxes;

/// <summary>What Storage's errors mean.</summary>
internal static class StorageErrors
{
    /// <summary>Whether there is no queue: it was never created, or it has been deleted.</summary>
    public static bool IsNoQueue(this RequestFailedException exception) =>
        exception.ErrorCode == QueueErrorCode.QueueNotFound || exception.IsQueueBeingDeleted();

    /// <summary>
    /// Whether the queue has been deleted and Storage has not finished. Until then, for 30 seconds or longer, it answers every request
    /// for the queue with this error and does not create the queue again.
    /// </summary>
    public static bool IsQueueBeingDeleted(this RequestFailedException exception) =>
        exception.ErrorCode == QueueErrorCode.QueueBeingDeleted;
}
