using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>
/// The wait. Called to look it peeks (which hides nothing from anyone); what it saw, or what it was rung for, it receives under a lease, or a push hands it a message, and
/// it writes that to the client. In plain mode it deletes what was written; in lease mode the client's acknowledgement does.
/// </summary>
public sealed partial class LongPoll(
    MailboxFactory mailboxes,
    Acknowledgements acknowledgements,
    DeadLetters deadLetters,
    Doorbell doorbell,
    InstanceBell bell,
    Ringer ringer,
    HeldPolls held,
    FuncCometMetrics metrics,
    IOptions<MailboxOptions> options,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<LongPoll> logger)
{
    /// <summary>Holds a poll until it ends, in one of the ways of <see cref="PollOutcome"/>.</summary>
    /// <param name="request">What the poll asks for.</param>
    /// <param name="answer">Where messages are written to.</param>
    /// <param name="clientAborted">Fires when the client has left or the host has called its request off.</param>
    public async Task<PollOutcome> RunAsync(PollRequest request, IPollAnswer answer, ClientAborted clientAborted)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        using var place = held.TryEnter(request.Recipient);
        if (place is null)
        {
            metrics.PollEnded(PollOutcome.TooManyPolls, TimeSpan.Zero);
            return PollOutcome.TooManyPolls;
        }

        var mailbox = mailboxes.Open(request.Recipient);
        var clock = new PollClock(time, time.GetTimestamp(), request.Timeout);
        using var activity = Tracing.StartPoll(request.Trace, mailbox);
        var (end, messages, direct) = await AcknowledgeAsync(request, mailbox, answer)
            ? await WaitAsync(request, mailbox, clock, clientAborted)
            : new Waited(PollOutcome.StorageFailed);
        if (messages.Count > 0)
        {
            end = await DeliverAsync(request, mailbox, messages, direct, clock, answer, clientAborted);
        }

        if (end == PollOutcome.Delivered)
        {
            Tracing.Delivered(activity, messages);
        }

        Tracing.Ended(activity, end);
        metrics.PollEnded(end, clock.Elapsed);

        // Its own place is given up only when this returns.
        Log.Ended(logger, mailbox.QueueName, end, clock.Elapsed.TotalMilliseconds, held.Count - 1);
        return end;
    }

    /// <summary>What the poll acknowledges it acknowledges before it waits; false where Storage failed.</summary>
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
    /// The ways a wait ends: messages were received or handed over by a push (their end is then decided by the answer); the client has left or the host is
    /// stopping, both noticed before every look and in every pause; the timeout ran out; storage failed.
    /// </summary>
    private async Task<Waited> WaitAsync(PollRequest request, Mailbox mailbox, PollClock clock, ClientAborted clientAborted)
    {
        var lease = request.Lease ?? options.Value.PlainLease;
        using var poll = doorbell.Enter(request.Recipient, clock, lease, isPlain: request.Lease is null, clientAborted);
        while (true)
        {
            var call = await poll.WaitAsync();
            if (call.End is { } end)
            {
                return new Waited(end);
            }

            if (call.Handed is { } handed)
            {
                return new Waited([handed]);
            }

            if (call.Direct is { } direct)
            {
                return new Waited([direct.Message], direct);
            }

            if (await LookAndReceiveAsync(request, poll, call.IsRung, mailbox, lease, clock, clientAborted) is { } waited)
            {
                return waited;
            }
        }
    }

    /// <summary>What a poll does that is called to look; null where it waits on. Apart from the wait, which is to keep nothing of it.</summary>
    private async Task<Waited?> LookAndReceiveAsync(PollRequest request, WaitingPoll poll, bool isRung, Mailbox mailbox, TimeSpan lease, PollClock clock, ClientAborted clientAborted)
    {
        using var leaving = clientAborted.Or(host.ApplicationStopping);
        IReadOnlyList<LeasedMessage> received;
        try
        {
            // A ring says what a look would: a request less, and so much sooner.
            var seen = !leaving.IsCancellationRequested && (isRung || await LookAsync(poll, mailbox, clock, leaving.Token));
            if (leaving.IsCancellationRequested)
            {
                return new Waited(EndOf(clientAborted));
            }

            // Another poll may have been faster; then the wait goes on.
            received = seen ? await mailbox.ReceiveAsync(request.Max, lease, clock.ForReceive) : [];
        }
        catch (Exception ex) when (leaving.IsCancellationRequested && ex is (OperationCanceledException or StorageUnavailableException))
        {
            return new Waited(EndOf(clientAborted));
        }
        catch (StorageUnavailableException ex)
        {
            Log.StorageFailed(logger, mailbox.QueueName, ex.Message);
            poll.StorageFailed();
            return new Waited(PollOutcome.StorageFailed);
        }

        if (received.Count == 0)
        {
            poll.FoundNothing(mailbox.IsMissing);
            return null;
        }

        var messages = await SetAsideDeadLettersAsync(request, mailbox, received, clock);
        if (messages.Count > 0)
        {
            poll.Took();
            return new Waited(messages);
        }

        poll.FoundNothingToDeliver();
        return null;
    }

    /// <summary>
    /// Looks into the mailbox. What says that somebody waits here is written before: a push elsewhere that the look does not see will read it.
    /// </summary>
    private async Task<bool> LookAsync(WaitingPoll poll, Mailbox mailbox, PollClock clock, CancellationToken leaving)
    {
        if (bell.Name is { } instance && poll.PresenceToShow(instance) is { } presence)
        {
            await mailbox.WritePresenceAsync(presence, clock.ForLook, leaving);
            poll.Shown(presence);
        }

        return await mailbox.HasMessageAsync(clock.ForLook, leaving);
    }

    /// <summary>Moves what is not to be delivered out of the mailbox and returns the rest.</summary>
    private async Task<IReadOnlyList<LeasedMessage>> SetAsideDeadLettersAsync(PollRequest request, Mailbox mailbox, IReadOnlyList<LeasedMessage> received, PollClock clock)
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
                // It stays hidden for its lease and then comes up again; given back now it would come up at once, and again and again.
                doorbell.Expect(request.Recipient, message.LeaseLeft(time));
                Log.NotDeadLettered(logger, message.Message.Id, mailbox.QueueName, ex.Message);
            }
        }

        return rest;
    }

    private static PollOutcome EndOf(ClientAborted clientAborted) => clientAborted.IsKnown ? PollOutcome.ClientGone : PollOutcome.HostStopping;

    /// <summary>The one place where messages change hands: in plain mode they leave the mailbox only after their answer was written.</summary>
    private async Task<PollOutcome> DeliverAsync(PollRequest request, Mailbox mailbox, IReadOnlyList<LeasedMessage> messages, DirectDelivery? direct, PollClock clock, IPollAnswer answer, ClientAborted clientAborted)
    {
        var outcome = WriteOutcome.NotBegun;
        try
        {
            // When the lease ends somebody else gets the messages, so by then this answer must be over. They were all leased at a time.
            var longest = clock.ForAnswer(messages[0].LeaseLeft(time));
            if (!clientAborted.IsKnown && longest > TimeSpan.Zero)
            {
                outcome = WriteOutcome.Broken;
                using var limit = new CancellationTokenSource(longest, time);
                using var either = clientAborted.Or(limit.Token);
                outcome = await answer.WriteAsync(messages, either.Token);
            }
        }
        finally
        {
            if (outcome == WriteOutcome.Written)
            {
                CountDeliveries(messages);
            }

            if (direct is not null)
            {
                // The push stores what was not written.
                direct.Settle(outcome);
            }
            else if (outcome == WriteOutcome.Written && request.Lease is not null)
            {
                doorbell.Expect(request.Recipient, messages[0].LeaseLeft(time));
            }
            else
            {
                await Task.WhenAll(messages.Select(message => SettleAsync(request.Recipient, mailbox, message, clock, outcome)));
            }
        }

        return outcome == WriteOutcome.Written ? PollOutcome.Delivered : PollOutcome.ClientGone;
    }

    private void CountDeliveries(IReadOnlyList<LeasedMessage> messages)
    {
        var now = time.GetUtcNow();
        foreach (var message in messages)
        {
            metrics.Delivered(now - message.Message.Time, again: message.Deliveries > 1);
        }
    }

    private async Task SettleAsync(Recipient recipient, Mailbox mailbox, LeasedMessage message, PollClock clock, WriteOutcome outcome)
    {
        try
        {
            var ours = outcome == WriteOutcome.Written
                ? await mailbox.DeleteAsync(message, clock.ForSettle)
                : await mailbox.GiveBackAsync(message, undelivered: outcome == WriteOutcome.NotBegun, clock.ForSettle);
            if (!ours)
            {
                Log.NoLongerOurs(logger, message.Message.Id, mailbox.QueueName, outcome);
            }
        }
        catch (StorageUnavailableException ex)
        {
            // The client has its answer or has left; the message comes back when its lease ends, counted as delivered.
            doorbell.Expect(recipient, message.LeaseLeft(time));
            Log.NotSettled(logger, message.Message.Id, mailbox.QueueName, outcome, ex.Message);
        }

        if (outcome != WriteOutcome.Written)
        {
            await ringer.RingAsync(recipient, mailbox);
        }
    }

    /// <summary>How a wait ended.</summary>
    /// <param name="End">Delivered where there are messages; the answer then decides.</param>
    /// <param name="Messages">What is to be delivered.</param>
    /// <param name="Direct">Where that is not stored: the push that waits for what becomes of it.</param>
    private readonly record struct Waited(PollOutcome End, IReadOnlyList<LeasedMessage> Messages, DirectDelivery? Direct = null)
    {
        public Waited(PollOutcome end)
            : this(end, [])
        {
        }

        public Waited(IReadOnlyList<LeasedMessage> messages, DirectDelivery? direct = null)
            : this(PollOutcome.Delivered, messages, direct)
        {
        }
    }

    private static partial class Log
    {
        // Nothing that happens to every poll is more than Debug; a client that leaves is no error.
        [LoggerMessage(1, LogLevel.Debug, "Poll of {Queue} ended: {End} after {Elapsed:F0} ms; {Held} held.")]
        public static partial void Ended(ILogger logger, string queue, PollOutcome end, double elapsed, int held);

        [LoggerMessage(2, LogLevel.Warning, "Poll of {Queue} ended: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Message {Id} of {Queue} ({Outcome}) was no longer leased to this poll; it may be delivered twice.")]
        public static partial void NoLongerOurs(ILogger logger, Guid id, string queue, WriteOutcome outcome);

        [LoggerMessage(4, LogLevel.Warning, "Message {Id} of {Queue} ({Outcome}) comes back when its lease ends: {Reason}")]
        public static partial void NotSettled(ILogger logger, Guid id, string queue, WriteOutcome outcome, string reason);

        [LoggerMessage(5, LogLevel.Warning, "Message {Id} of {Queue} was moved to the dead-letter queue: {Reason}.")]
        public static partial void DeadLettered(ILogger logger, Guid id, string queue, string reason);

        [LoggerMessage(6, LogLevel.Warning, "Message {Id} of {Queue} could not be moved to the dead-letter queue: {Reason}")]
        public static partial void NotDeadLettered(ILogger logger, Guid id, string queue, string reason);
    }
}
