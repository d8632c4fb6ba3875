using Azure;
using Azure.Storage.Queues.Models;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Logging;

namespace FuncComet.Pushing;

/// <summary>Takes messages back that no poll has received.</summary>
/// <remarks>
/// A handle has the pop receipt of the message's send, or of its give-back if a hand-over fell through. Storage replaces it when the
/// message is first received, and refuses it from then on.
/// </remarks>
public sealed partial class MessageRecall(
    MailboxFactory mailboxes, FuncCometMetrics metrics, MessageLog messages, TimeProvider time, ILogger<MessageRecall> logger)
{
    /// <summary>Takes back the messages of all handles, all at the same time, and returns each one's outcome in their order.</summary>
    public async Task<RecallOutcome[]> RunAsync(Recipient recipient, IReadOnlyCollection<RecallHandle> handles)
    {
        ArgumentNullException.ThrowIfNull(handles);
        var mailbox = mailboxes.Open(recipient);
        return await Task.WhenAll(handles.Select(handle => RecallAsync(mailbox, handle)));
    }

    private async Task<RecallOutcome> RecallAsync(Mailbox mailbox, RecallHandle handle)
    {
        try
        {
            var isRemoved = await StorageCall.RunAsync("recall", Mailbox.Deadline, time, token => RemoveAsync(mailbox, handle, token));
            if (!isRemoved)
            {
                return RecallOutcome.AlreadyDelivered;
            }

            metrics.PushRecalled();
            messages.Recalled(handle.QueueMessageId, mailbox.QueueName);
            return RecallOutcome.Removed;
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            return RecallOutcome.StorageFailed;
        }
    }

    private static async Task<bool> RemoveAsync(Mailbox mailbox, RecallHandle handle, CancellationToken token)
    {
        try
        {
            await mailbox.Queue.DeleteMessageAsync(handle.QueueMessageId, handle.PopReceipt, token);
            return true;
        }
        catch (RequestFailedException ex)
            when (ex.IsNoQueue() || ex.ErrorCode == QueueErrorCode.MessageNotFound || ex.Status == 400)
        {
            // 400 is PopReceiptMismatch, or any other error for a pop receipt that a caller made up.
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A recall from {Queue} failed: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);
    }
}

/// <summary>How the recall of a message ends.</summary>
public enum RecallOutcome
{
    /// <summary>This recall removed the message.</summary>
    Removed,

    /// <summary>The message was delivered, has expired or was recalled before. Storage does not tell which.</summary>
    AlreadyDelivered,

    /// <summary>Storage did not answer. Whether the message was removed is unknown.</summary>
    StorageFailed,
}
