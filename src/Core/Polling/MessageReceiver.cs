using FuncComet.Doorbells;
using FuncComet.Mailboxes;
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
    LeaseNotes leases,
    PresencePublishing presences,
    DeadLetterMoves deadLetters,
    IHostApplicationLifetime host,
    ILogger<MessageReceiver> logger)
{
    private static readonly MailboxStatus Empty = new(Messages: 0);

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
        MailboxStatus? counted = null;
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
            poll.EndLook(received is null ? LookResult.Missing : LookResult.Empty, counted: received is null ? Empty : counted);
            return null;
        }

        Guid[] ids = [.. received.Select(message => message.Message.Id)];
        List<LeasedMessage> messages = [.. received.Where(message => !deadLetters.TryBegin(request, mailbox, message))];
        if (messages.Count == 0)
        {
            poll.EndLook(LookResult.SetAside, ids);
            return null;
        }

        poll.EndLook(LookResult.Messages, ids);
        return new WaitResult(messages);
    }

    /// <summary>Publishes the presence of a poll that has just entered, if it needs no look for that.</summary>
    internal async Task ContinueAsync(WaitingPoll poll, Mailbox mailbox, PollClock clock, ClientAborted clientAborted)
    {
        using var leaving = clientAborted.Or(host.ApplicationStopping);
        try
        {
            await presences.ContinueAsync(poll, mailbox, clock, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The poll has been woken to end.
        }
        catch (StorageUnavailableException ex)
        {
            // A look follows within a second, and publishes. If it fails, too, the poll ends.
            Log.NotContinued(logger, mailbox.QueueName, ex.Message);
        }
    }

    /// <summary>What can be received, and the mailbox's status if a count was due.</summary>
    private async Task<(MailboxContent Content, MailboxStatus? Counted)> PeekAsync(
        WaitingPoll poll, Mailbox mailbox, PollClock clock, CancellationToken leaving)
    {
        // Publishes first: if the peek misses the message of a push at another instance, that push sees the presence.
        if (await presences.BeginLookAsync(poll, mailbox, clock, leaving) is not { Status: var status })
        {
            return (await mailbox.PeekAsync(clock.ForLook, leaving), null);
        }

        return status switch
        {
            null => (MailboxContent.Missing, Empty),
            { Messages: 0 } => (MailboxContent.Empty, status),
            _ => (await mailbox.PeekAsync(clock.ForLook, leaving), status),
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
            leases.Hidden(request.Recipient, poll.Lease);
            throw;
        }
    }

    private static PollOutcome OutcomeOf(ClientAborted clientAborted) =>
        clientAborted.IsKnown ? PollOutcome.ClientGone : PollOutcome.HostStopping;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Poll of {Queue} ended: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Information, "A poll of {Queue} looks at once, since its presence was not published: {Reason}")]
        public static partial void NotContinued(ILogger logger, string queue, string reason);
    }
}
