using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Telemetry;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Polling;

/// <summary>
/// Writes messages to the client and settles them. In plain mode, messages leave the mailbox only after their answer was
/// written. In lease mode, the client's acknowledgement removes them. Messages that were not written are given back at once.
/// </summary>
public sealed partial class MessageDelivery(
    Ringer ringer,
    LeaseNotes leases,
    FuncCometMetrics metrics,
    MessageLog log,
    TimeProvider time,
    ILogger<MessageDelivery> logger)
{
    /// <summary>Delivers the messages with which a poll's wait has ended.</summary>
    internal async Task<PollOutcome> DeliverAsync(
        PollRequest request,
        Mailbox mailbox,
        WaitResult waited,
        PollClock clock,
        IPollAnswer answer,
        ClientAborted clientAborted)
    {
        var messages = waited.Messages;
        var outcome = WriteOutcome.NotBegun;
        try
        {
            // The answer must be complete before the lease ends, since another poll may get the messages then. All of
            // them were leased at the same time.
            var longest = clock.ForAnswer(messages[0].LeaseLeft(time));
            if (!clientAborted.IsKnown && longest > TimeSpan.Zero)
            {
                outcome = WriteOutcome.Broken;
                // Not disposed: its callers may still be at work, and without a timer it holds nothing to free.
                var giveUp = new CancellationTokenSource();
                var writing = answer.WriteAsync(messages, giveUp.Token);
                outcome = writing.IsCompleted ? await writing : await EndInTimeAsync(writing, giveUp, longest, clientAborted);
            }
        }
        finally
        {
            if (outcome == WriteOutcome.Written)
            {
                CountDeliveries(request, mailbox, messages);
            }

            if (waited.Direct is { } direct)
            {
                // The push stores a message that was not written.
                direct.Settle(outcome);
            }
            else if (outcome == WriteOutcome.Written && request.Lease is not null)
            {
                leases.Hidden(request.Recipient, messages[0].LeaseLeft(time));
            }
            else
            {
                await Task.WhenAll(messages.Select(message => SettleAsync(request, mailbox, message, clock, outcome)));
            }
        }

        return outcome == WriteOutcome.Written ? PollOutcome.Delivered : PollOutcome.ClientGone;
    }

    /// <summary>
    /// Ends a write that waits for its client, when the time is over or the client has left. Nearly every answer fits into the operating
    /// system's buffer and is written at once, so only the others pay for a timer and two registrations.
    /// </summary>
    private async Task<WriteOutcome> EndInTimeAsync(
        Task<WriteOutcome> writing, CancellationTokenSource giveUp, TimeSpan longest, ClientAborted clientAborted)
    {
        await using var limit = time.CreateTimer(GiveUp, giveUp, longest, Timeout.InfiniteTimeSpan);
        var registration = clientAborted.Register(GiveUp, giveUp);
        try
        {
            return await writing;
        }
        finally
        {
            registration.Unregister();
        }

        static void GiveUp(object? giveUp) => ((CancellationTokenSource)giveUp!).Cancel();
    }

    private void CountDeliveries(PollRequest request, Mailbox mailbox, IReadOnlyList<LeasedMessage> messages)
    {
        var now = time.GetUtcNow();
        foreach (var message in messages)
        {
            metrics.Delivered(now - message.Message.Time, again: message.Deliveries > 1);
            log.Delivered(message.Message.Id, message.QueueMessageId, mailbox.QueueName, message.Deliveries, request.Lease);
        }
    }

    private async Task SettleAsync(PollRequest request, Mailbox mailbox, LeasedMessage message, PollClock clock, WriteOutcome outcome)
    {
        try
        {
            var ours = outcome == WriteOutcome.Written
                ? await mailbox.DeleteAsync(message, clock.ForSettle)
                : await mailbox.GiveBackAsync(message, undelivered: outcome == WriteOutcome.NotBegun, clock.ForSettle) is not null;
            if (!ours)
            {
                Log.NoLongerOurs(logger, message.Message.Id, mailbox.QueueName, outcome);
            }
            else if (outcome != WriteOutcome.Written)
            {
                log.GivenBack(message.Message.Id, message.QueueMessageId, mailbox.QueueName);
            }
        }
        catch (StorageUnavailableException ex)
        {
            // The client has its answer or has left. The message becomes visible again when its lease ends, and counts
            // as delivered.
            leases.Hidden(request.Recipient, message.LeaseLeft(time));
            Log.NotSettled(logger, message.Message.Id, mailbox.QueueName, outcome, ex.Message);
        }

        if (outcome != WriteOutcome.Written)
        {
            ringer.Ring(request.Recipient, mailbox, message.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Message {Id} of {Queue} ({Outcome}) was no longer leased to this poll; it may be delivered twice.")]
        public static partial void NoLongerOurs(ILogger logger, Guid id, string queue, WriteOutcome outcome);

        [LoggerMessage(2, LogLevel.Warning, "Message {Id} of {Queue} ({Outcome}) becomes visible again when its lease ends: {Reason}")]
        public static partial void NotSettled(ILogger logger, Guid id, string queue, WriteOutcome outcome, string reason);
    }
}
