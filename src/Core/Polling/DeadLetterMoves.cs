using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Logging;

namespace FuncComet.Polling;

/// <summary>
/// Moves messages to the dead letters while the poll that received them goes on: a dead-letter queue that hangs holds up neither the
/// messages that can be delivered nor the next look.
/// </summary>
public sealed partial class DeadLetterMoves(
    DeadLetters deadLetters,
    LeaseNotes leases,
    UnsettledWork work,
    FuncCometMetrics metrics,
    MessageLog messages,
    TimeProvider time,
    ILogger<DeadLetterMoves> logger)
{
    // Bounds what is in memory while moves hang. A look receives 32 messages at most.
    private const int Max = 64;

    private int _underWay;

    /// <summary>
    /// Begins to move a received message that must not be delivered; false if it may be delivered. A message that is not moved stays
    /// hidden until its lease ends: if it were given back, it would be received again at once, over and over.
    /// </summary>
    internal bool TryBegin(PollRequest request, Mailbox mailbox, LeasedMessage message)
    {
        if (deadLetters.ReasonFor(message, leaseMode: request.Lease is not null) is not { } reason)
        {
            return false;
        }

        if (Interlocked.Increment(ref _underWay) <= Max)
        {
            _ = MoveAsync(request.Recipient, mailbox, message, reason);
        }
        else
        {
            Interlocked.Decrement(ref _underWay);
            LeaveHidden(request.Recipient, mailbox, message, $"{Max} messages are being moved already.");
        }

        return true;
    }

    private async Task MoveAsync(Recipient recipient, Mailbox mailbox, LeasedMessage message, string reason)
    {
        using var unsettled = work.Begin();
        try
        {
            await deadLetters.MoveAsync(recipient, mailbox, message, reason);
            metrics.DeadLettered();
            messages.Dead(message.Message.Id, message.QueueMessageId, mailbox.QueueName, message.Deliveries, reason);
            Log.DeadLettered(logger, message.Message.Id, mailbox.QueueName, reason);
        }
        catch (StorageUnavailableException ex)
        {
            LeaveHidden(recipient, mailbox, message, ex.Message);
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours.
            Log.Failed(logger, message.Message.Id, mailbox.QueueName, ex);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void LeaveHidden(Recipient recipient, Mailbox mailbox, LeasedMessage message, string why)
    {
        leases.Hidden(recipient, message.LeaseLeft(time));
        Log.NotDeadLettered(logger, message.Message.Id, mailbox.QueueName, why);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Message {Id} of {Queue} was moved to the dead-letter queue: {Reason}.")]
        public static partial void DeadLettered(ILogger logger, Guid id, string queue, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Message {Id} of {Queue} could not be moved to the dead-letter queue: {Reason}")]
        public static partial void NotDeadLettered(ILogger logger, Guid id, string queue, string reason);

        [LoggerMessage(3, LogLevel.Error, "The move of message {Id} of {Queue} to the dead-letter queue failed.")]
        public static partial void Failed(ILogger logger, Guid id, string queue, Exception exception);
    }
}
