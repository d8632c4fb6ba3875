using FuncComet.Mailboxes;
using FuncComet.Waiting;

namespace FuncComet.Doorbells;

/// <summary>
/// Publishes that polls wait on this instance. An instance publishes before it looks, and a push elsewhere reads after its
/// message is stored, so one of the two always sees the other. A write does not read first, because that would cost every
/// poll a request: it keeps the presences of other instances that looks here have found, and drops one that is not known
/// yet. The count of that instance's next look shows it, and it publishes again.
/// </summary>
public sealed class PresencePublishing(
    WaitingRooms rooms, PresenceStore presences, PresenceClearing clearing, InstanceBell bell, TimeProvider time)
{
    // The published end is in whole seconds. Adding 2 seconds and rounding down leaves at least 1 second, so a poll that ends up to 1
    // second later needs no new write.
    private const long SecondsBeyond = 2;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(SecondsBeyond - 1);

    /// <summary>Does what a look plans to do before it peeks. Null if the mailbox was not counted.</summary>
    internal async Task<CountedMailbox?> BeginLookAsync(WaitingPoll poll, Mailbox mailbox, PollClock clock, CancellationToken leaving)
    {
        // What is left until the polls end counts from here, however long Storage then takes.
        var now = time.GetUtcNow();
        var plan = rooms.PlanLook(poll);
        if (plan is { PublishesFirst: true, Presence: { } due })
        {
            await PublishAsync(due, now, due.Others, poll, mailbox, clock, leaving);
        }

        if (!plan.CountsFirst)
        {
            return null;
        }

        var status = await mailbox.ReadStatusAsync(clock.ForLook, leaving);
        if (status is not null && !plan.PublishesFirst && plan.Presence is { } own && !Covers(status.Presences, own, now))
        {
            // Another instance did not know of this presence, or not of its end, when it wrote its own. The count was made
            // before the presence was published, so it does not show what a push has stored in between.
            await PublishAsync(own, now, status.Presences.All, poll, mailbox, clock, leaving);
            status = await mailbox.ReadStatusAsync(clock.ForLook, leaving);
        }

        return new CountedMailbox(status);
    }

    /// <summary>
    /// Publishes that a poll waits whose client is back after a timeout. What was published for the poll before has not ended, so this is
    /// all that the new poll needs: its looks go on where those of the poll before ended. Does nothing for any other poll.
    /// </summary>
    internal async Task ContinueAsync(WaitingPoll poll, Mailbox mailbox, PollClock clock, CancellationToken leaving)
    {
        var now = time.GetUtcNow();
        if (rooms.PlanContinuation(poll) is { } due)
        {
            await PublishAsync(due, now, due.Others, poll, mailbox, clock, leaving);
        }
    }

    private static bool Covers(PresenceList presences, PresenceDue own, DateTimeOffset now) =>
        presences.All.Any(presence => presence.Instance == own.Instance && presence.Until >= now + own.Left);

    private async Task PublishAsync(
        PresenceDue due,
        DateTimeOffset now,
        IReadOnlyList<Presence> others,
        WaitingPoll poll,
        Mailbox mailbox,
        PollClock clock,
        CancellationToken leaving)
    {
        await clearing.WhenNotWritingAsync(poll.Recipient).WaitAsync(leaving);
        var until = DateTimeOffset.FromUnixTimeSeconds((now + due.Left).ToUnixTimeSeconds() + SecondsBeyond);
        var list = PresenceList.Of(new Presence(due.Instance, until), bell.OthersIn(others, now), now);
        if (await presences.WriteAsync(mailbox, list, createsQueue: true, clock.ForLook, leaving))
        {
            rooms.Published(poll, due.Instance, due.Until + Slack);
        }
    }
}

/// <summary>What the count before a peek showed.</summary>
/// <param name="Status">Its result; null if the queue does not exist.</param>
internal readonly record struct CountedMailbox(MailboxStatus? Status);
