using FuncComet.Mailboxes;
using FuncComet.Telemetry;
using FuncComet.Waiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>
/// A poll from its beginning to its end. It acknowledges, waits, looks when it is woken to (<see cref="MessageReceiver"/>), and
/// delivers the messages that it received or that a push handed to it (<see cref="MessageDelivery"/>).
/// </summary>
public sealed partial class LongPoll(
    MailboxFactory mailboxes,
    Acknowledgements acknowledgements,
    WaitingRooms rooms,
    MessageReceiver receiver,
    MessageDelivery delivery,
    HeldPolls held,
    UnsettledWork work,
    FuncCometMetrics metrics,
    MessageLog messages,
    IOptions<MailboxOptions> options,
    TimeProvider time,
    ILogger<LongPoll> logger)
{
    /// <summary>Holds a poll until it ends with one of the outcomes of <see cref="PollOutcome"/>.</summary>
    /// <param name="request">What the poll asks for.</param>
    /// <param name="answer">Receives the messages.</param>
    /// <param name="clientAborted">Fires when the client has left or the host has cancelled its request.</param>
    public async Task<PollOutcome> RunAsync(PollRequest request, IPollAnswer answer, ClientAborted clientAborted)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        using var place = held.TryEnter(request.Recipient);
        if (place is null)
        {
            metrics.PollEnded(PollOutcome.TooManyPolls.Tag(), TimeSpan.Zero);
            return PollOutcome.TooManyPolls;
        }

        using var unsettled = work.Begin();
        var mailbox = mailboxes.Open(request.Recipient);
        var clock = new PollClock(time, time.GetTimestamp(), request.Timeout);
        using var activity = Tracing.StartPoll(request.Trace, mailbox.QueueName);
        var waited = await AcknowledgeAsync(request, mailbox, answer)
            ? await WaitAsync(request, mailbox, clock, clientAborted)
            : new WaitResult(PollOutcome.StorageFailed);
        var outcome = waited.Messages.Count > 0
            ? await delivery.DeliverAsync(request, mailbox, waited, clock, answer, clientAborted)
            : waited.Outcome;
        if (outcome == PollOutcome.Delivered)
        {
            Tracing.Delivered(activity, waited.Messages.Select(message => message.Message.TraceParent));
        }
        else if (outcome == PollOutcome.StorageFailed)
        {
            Tracing.Failed(activity);
        }

        Tracing.Ended(activity, outcome.Tag());
        metrics.PollEnded(outcome.Tag(), clock.Elapsed);

        // This poll gives up its own place only when this method returns.
        Log.Ended(logger, mailbox.QueueName, outcome, clock.Elapsed.TotalMilliseconds, held.Count - 1);
        return outcome;
    }

    /// <summary>Acknowledges, before the wait; false if Storage failed.</summary>
    private async Task<bool> AcknowledgeAsync(PollRequest request, Mailbox mailbox, IPollAnswer answer)
    {
        try
        {
            answer.Acknowledged(await acknowledgements.ApplyAsync(request.Recipient, request.Acknowledges));
            return true;
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            return false;
        }
    }

    /// <summary>
    /// A wait ends when messages were received or handed over by a push (writing the answer then decides the outcome),
    /// when the timeout has run out, when the client has left or the host is stopping (both are noticed before every
    /// look and in every pause), when the recipient is erased, or when Storage has failed.
    /// </summary>
    private async Task<WaitResult> WaitAsync(PollRequest request, Mailbox mailbox, PollClock clock, ClientAborted clientAborted)
    {
        var lease = request.Lease ?? options.Value.PlainLease;
        using var poll = rooms.Enter(request.Recipient, clock, lease, isPlain: request.Lease is null, clientAborted);
        if (poll.Continues)
        {
            await receiver.ContinueAsync(poll, mailbox, clock, clientAborted);
        }

        while (true)
        {
            var wake = await poll.WaitAsync();
            switch (wake.Reason)
            {
                case WakeReason.Deliver:
                    var handed = wake.Message!;
                    messages.Handed(handed.Message.Id, handed.QueueMessageId, mailbox.QueueName, handed.Deliveries);
                    return new WaitResult([handed], wake.Direct);
                case WakeReason.TimedOut:
                    return new WaitResult(PollOutcome.TimedOut);
                case WakeReason.ClientAborted:
                    return new WaitResult(PollOutcome.ClientGone);
                case WakeReason.HostStopping:
                    return new WaitResult(PollOutcome.HostStopping);
                case WakeReason.Erased:
                    return new WaitResult(PollOutcome.Erased);
                case WakeReason.StorageFailed:
                    return new WaitResult(PollOutcome.StorageFailed);
            }

            // A method of its own, so that a waiting poll keeps none of the state that a look needs.
            if (await receiver.LookAsync(request, poll, wake.Reason, mailbox, clock, clientAborted) is { } waited)
            {
                return waited;
            }
        }
    }

    private static partial class Log
    {
        // Events of every single poll are logged at Debug at most. A client that leaves is no error.
        [LoggerMessage(1, LogLevel.Debug, "Poll of {Queue} ended: {Outcome} after {Elapsed:F0} ms; {Held} held.")]
        public static partial void Ended(ILogger logger, string queue, PollOutcome outcome, double elapsed, int held);

        [LoggerMessage(2, LogLevel.Warning, "Poll of {Queue} ended: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);
    }
}
