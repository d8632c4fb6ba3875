using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Telemetry;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Polling;

/// <summary>
/// A poll's look. It publishes the poll's presence and peeks, which hides nothing. If a long pause precedes or follows, it
/// counts first, since a count includes hidden messages. If the peek finds a message, or if a push has rung, it receives
/// messages under a lease and sets aside those that must not be delivered.
/// </summary>
public sealed partial class MessageReceiver(
    WaitingRooms rooms,
    Presences presences,
    DeadLetters deadLetters,
    FuncCometMetrics metrics,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<MessageReceiver> logger)
{
    /// <summary>Looks once, for all polls of the recipient that wait here. Null if this poll continues to wait.</summary>
    internal async Task<WaitResult?> LookAsync(
        PollRequest request,
        WaitingPoll poll,
        WakeReason reason,
        Mailbox mailbox,
        PollClock clock,
        ClientAborted clientAborted)
    {
        using var leaving = clientAborted.Or(host.ApplicationStopping);
        if (leaving.IsCancellationRequested)
        {
            return new WaitResult(OutcomeOf(clientAborted));
        }

        IReadOnlyList<LeasedMessage>? received = [];
        long? counted = null;
        try
        {
            // A ring already says what a peek would find. Skipping the peek saves a request and its time.
            if (reason == WakeReason.Receive)
            {
                received = await ReceiveAsync(request, poll, mailbox, clock);
            }

            if (received is [])
            {
                (var content, counted) = await PeekAsync(poll, mailbox, clock, leaving.Token);
                if (leaving.IsCancellationRequested)
                {
                    return new WaitResult(OutcomeOf(clientAborted));
                }

                if (content != MailboxContent.Messages)
                {
                    poll.EndLook(content == MailboxContent.Missing ? LookResult.Missing : LookResult.Empty, counted: counted);
                    return null;
                }

                received = await ReceiveAsync(request, poll, mailbox, clock);
            }
        }
        catch (Exception ex) when (leaving.IsCancellationRequested && ex is (OperationCanceledException or StorageUnavailableException))
        {
            return new WaitResult(OutcomeOf(clientAborted));
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            poll.EndLook(LookResult.Failed);
            return new WaitResult(PollOutcome.StorageFailed);
        }

        // Another poll may have been faster; then the poll continues to wait.
        if (received is null or [])
        {
            poll.EndLook(received is null ? LookResult.Missing : LookResult.Empty, counted: received is null ? 0 : counted);
            return null;
        }

        var messages = await SetAsideDeadLettersAsync(request, mailbox, received, clock);
        if (messages.Count == 0)
        {
            poll.EndLook(LookResult.SetAside, received.Count);
            return null;
        }

        poll.EndLook(LookResult.Messages, received.Count);
        return new WaitResult(messages);
    }

    /// <summary>What can be received, and the number of all messages if a count was due.</summary>
    private async Task<(MailboxContent Content, long? Counted)> PeekAsync(
        WaitingPoll poll, Mailbox mailbox, PollClock clock, CancellationToken leaving)
    {
        // Publishes first: if the peek misses the message of a push at another instance, that push sees the presence.
        var plan = rooms.PlanLook(poll);
        if (plan.Presence is { } presence)
        {
            await presences.PublishAsync(presence, poll, mailbox, clock.ForLook, leaving);
        }

        if (!plan.CountsFirst)
        {
            return (await mailbox.PeekAsync(clock.ForLook, leaving), null);
        }

        return await mailbox.CountAsync(clock.ForLook, leaving) switch
        {
            null => (MailboxContent.Missing, 0),
            0 => (MailboxContent.Empty, 0),
            var count => (await mailbox.PeekAsync(clock.ForLook, leaving), count),
        };
    }

    private async Task<IReadOnlyList<LeasedMessage>?> ReceiveAsync(PollRequest request, WaitingPoll poll, Mailbox mailbox, PollClock clock)
    {
        try
        {
            return await mailbox.ReceiveAsync(request.Max, poll.Lease, clock.ForReceive);
        }
        catch (StorageUnavailableException)
        {
            // If only the answer was lost, messages are hidden now, and nobody has them.
            rooms.Expect(request.Recipient, poll.Lease);
            throw;
        }
    }

    /// <summary>Moves what is not to be delivered out of the mailbox and returns the rest.</summary>
    private async Task<IReadOnlyList<LeasedMessage>> SetAsideDeadLettersAsync(
        PollRequest request,
        Mailbox mailbox,
        IReadOnlyList<LeasedMessage> received,
        PollClock clock)
    {
        var rest = new List<LeasedMessage>(received.Count);
        foreach (var message in received)
        {
            if (deadLetters.ReasonFor(message, leaseMode: request.Lease is not null) is not { } reason)
            {
                rest.Add(message);
                continue;
            }

            try
            {
                await deadLetters.MoveAsync(request.Recipient, mailbox, message, reason, () => clock.ForSettle);
                metrics.DeadLettered();
                Log.DeadLettered(logger, message.Message.Id, mailbox.QueueName, reason);
            }
            catch (StorageUnavailableException ex)
            {
                // It stays hidden until its lease ends. If it were given back now, it would be received again at once,
                // over and over.
                rooms.Expect(request.Recipient, message.LeaseLeft(time));
                Log.NotDeadLettered(logger, message.Message.Id, mailbox.QueueName, ex.Message);
            }
        }

        return rest;
    }

    private static PollOutcome OutcomeOf(ClientAborted clientAborted) =>
        clientAborted.IsKnown ? PollOutcome.ClientGone : PollOutcome.HostStopping;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Poll of {Queue} ended: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Message {Id} of {Queue} was moved to the dead-letter queue: {Reason}.")]
        public static partial void DeadLettered(ILogger logger, Guid id, string queue, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Message {Id} of {Queue} could not be moved to the dead-letter queue: {Reason}")]
        public static partial void NotDeadLettered(ILogger logger, Guid id, string queue, string reason);
    }
}
