using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>
/// When a <see cref="WaitingRoom"/> looks without being rung: after each pause of <see cref="Backoff"/>, when a hidden
/// message becomes visible, every few seconds while messages are hidden for a time that this instance does not know, and
/// before the published presence of its polls ends. Times are counted from a common start.
/// </summary>
/// <param name="backoff">The pauses.</param>
/// <param name="step">The number of pauses by which the backoff has grown.</param>
/// <param name="hasDoorbell">Whether pushes at other instances can wake polls here at all.</param>
/// <param name="hidden">The times at which messages known to be hidden become visible.</param>
/// <param name="count">The hidden messages that were counted.</param>
/// <param name="known">The presences that are known.</param>
internal sealed class LookSchedule(
    Backoff backoff, int step, bool hasDoorbell, HiddenTimes? hidden, HiddenCount count = default, KnownPresences known = default)
{
    // A poll that looks only a few times creates no queue. With the default pauses, this step is reached in less than 2 seconds.
    private const int PublishStepWhenMissing = 3;

    // During the first pause, which is short, polls need no ring.
    private const int PublishStep = 1;

    // The published end is at most this much later than the end of the polls.
    private static readonly TimeSpan BeyondUntil = TimeSpan.FromSeconds(2);

    // Publish this long before the old presence ends. A write takes less time, so a client that polls again and again stays reachable.
    private static readonly TimeSpan PublishAhead = TimeSpan.FromSeconds(0.5);

    // A poll that ends so soon after a look needs no last look.
    private static readonly TimeSpan LastLookAhead = WaitingRoom.MaxStale;

    private HiddenTimes? _hidden = hidden;
    private Published? _published;
    private Continued? _continued;
    private (TimeSpan BeganAt, TimeSpan EndsAt) _pause;

    /// <summary>The number of looks in a row that found nothing, which sets the length of the pause.</summary>
    public int Step { get; private set; } = step;

    /// <summary>The hidden messages that were counted last.</summary>
    public HiddenCount Counted { get; private set; } = count;

    /// <summary>The presences in the mailbox's metadata, as far as they are known.</summary>
    public KnownPresences Known { get; private set; } = known;

    /// <summary>When the next look is due.</summary>
    public TimeSpan NextLookAt =>
        _hidden?.NextLookAfter(_pause.BeganAt) is { } visible && visible < _pause.EndsAt ? visible : _pause.EndsAt;

    /// <summary>Whether a presence is published now, so that pushes at other instances wake polls here.</summary>
    public bool IsPublished(TimeSpan now) => _published?.Until > now;

    /// <summary>Restarts with the shortest pause, because something has happened.</summary>
    public void Reset() => Step = 0;

    /// <summary>Lengthens the next pause, because a look found nothing or failed.</summary>
    public void Grow() => Step++;

    /// <summary>Starts a pause.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pollEndsAt">When the first of the polls ends, with a last look; null if that is not known.</param>
    public void StartPause(TimeSpan now, TimeSpan? pollEndsAt = null)
    {
        // A pause is never longer than the published presence lasts: after that, no push at another instance wakes a poll here.
        var publishedUntil = _published?.Until ?? TimeSpan.Zero;
        var pause = publishedUntil > now
            ? backoff.LongestPause(now, LeastPause(pollEndsAt - now))
            : backoff.Pause(Step, now, isUnreachable: hasDoorbell);
        var end = now + (Counted.MaxPause(now) is { } longest && longest < pause ? longest : pause);
        _pause = (now, publishedUntil > now && publishedUntil < end ? publishedUntil : end);
        _continued = null;
    }

    /// <summary>What the look that begins now does before it peeks.</summary>
    /// <param name="instance">The name by which other instances can wake polls here; null while they cannot.</param>
    /// <param name="until">When the last of the polls ends.</param>
    /// <param name="isMissing">Whether the mailbox has no queue yet, so that publishing would create it.</param>
    /// <param name="now">The time.</param>
    public LookPlan PlanLook(string? instance, TimeSpan until, bool isMissing, TimeSpan now)
    {
        var isDue = instance is not null && IsPresenceDue(instance, until, isMissing, now);
        var isWanted = isDue || (until > now && IsPublished(now) && _published!.Value.Instance == instance);
        if (isDue)
        {
            // Before the write: even if it is cancelled or fails, it may have been carried out.
            Known = Known.Written(until + BeyondUntil);
        }

        PresenceDue? presence = isWanted ? new PresenceDue(instance!, until, until - now, Known.Others) : null;
        return new LookPlan(presence, isDue, IsCountDue(isDue, now));
    }

    /// <summary>
    /// Whether the look that begins now must count the mailbox first: the pause before or after it is long, and a message
    /// that another instance has hidden could become visible in it. A mailbox without messages makes the pause safe. While
    /// a presence is published, the count also shows whether another instance has replaced it.
    /// </summary>
    /// <param name="isPresenceDue">Whether the presence is published before the look, so that the pause after it is the longest.</param>
    /// <param name="now">The time.</param>
    public bool IsCountDue(bool isPresenceDue, TimeSpan now) =>
        Counted.Messages > 0
        || _pause.EndsAt - _pause.BeganAt > BackoffOptions.MaxUnreachable
        || isPresenceDue
        || IsPublished(now)
        || (!hasDoorbell && backoff.IsLong(Step));

    /// <summary>
    /// The mailbox was counted: nothing in it can be received, it has this many messages, and its metadata has these
    /// presences.
    /// </summary>
    public void Count(MailboxStatus status, TimeSpan now)
    {
        Counted = Counted.Counted(status.Messages, now);
        Known = Known.Read(status.Presences.All, _published?.Instance);
    }

    /// <summary>Replaces the known times of hidden messages.</summary>
    public void Hide(HiddenTimes times) => _hidden = times;

    /// <summary>What was published is gone with the queue.</summary>
    public void Forget() => (_published, _continued) = (null, null);

    /// <summary>
    /// A poll comes to a room without polls. Its presence is published at its first look, which begins before what was
    /// published for the poll before it ends, or at once if that ends sooner.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="continues">Whether it is the next poll of a client whose poll has timed out (<see cref="PlanContinuation"/>).</param>
    public void Begin(TimeSpan now, bool continues = false)
    {
        var (before, lookedAt) = (_published, _pause.BeganAt);
        _published = null;
        StartPause(now);
        if (before is not { } presence)
        {
            return;
        }

        _continued = continues ? new Continued(presence, lookedAt) : null;
        if (presence.Until - PublishAhead is var due && due < _pause.EndsAt)
        {
            _pause = (now, due > now ? due : now);
        }
    }

    /// <summary>
    /// Forgets the published presence, because other instances can no longer wake polls here, or not under that name.
    /// Shortens a pause that is too long without a presence.
    /// </summary>
    public void Unpublish(TimeSpan now)
    {
        (_published, _continued) = (null, null);
        var (beganAt, endsAt) = _pause;
        StartPause(now);
        _pause = (beganAt, endsAt < _pause.EndsAt ? endsAt : _pause.EndsAt);
    }

    /// <summary>Begins anew, as for a recipient of whom nothing is known.</summary>
    public void Restart(TimeSpan now)
    {
        (Step, Counted, Known, _hidden) = (0, default, default, null);
        Unpublish(now);
    }

    /// <summary>
    /// Whether the presence at <paramref name="instance"/> until <paramref name="until"/> must be published before the
    /// look that begins now.
    /// </summary>
    /// <param name="instance">This instance's name.</param>
    /// <param name="until">When the last of the polls ends.</param>
    /// <param name="isMissing">Whether the mailbox has no queue yet, so that publishing would create it.</param>
    /// <param name="now">The time.</param>
    public bool IsPresenceDue(string instance, TimeSpan until, bool isMissing, TimeSpan now)
    {
        var isPublished = _published is { } published && published.Instance == instance;
        return until > now
            && Step >= (isMissing ? PublishStepWhenMissing : PublishStep)
            && !(isPublished && _published!.Value.Until >= until);
    }

    /// <summary>
    /// Records that the presence at <paramref name="instance"/> until <paramref name="until"/> was published. True if the pause of the
    /// polls before goes on.
    /// </summary>
    /// <param name="instance">This instance's name.</param>
    /// <param name="until">When the presence ends, at the earliest.</param>
    /// <param name="now">The time.</param>
    /// <param name="pollEndsAt">When the first of the polls ends, with a last look; null if that is not known.</param>
    public bool Publish(string instance, TimeSpan until, TimeSpan now, TimeSpan? pollEndsAt = null)
    {
        _published = new Published(instance, until);
        if (_continued is not { } before || before.Presence.Instance != instance || before.Presence.Until <= now)
        {
            return false;
        }

        // Every push since that look has seen a presence of this instance.
        StartPause(before.LookedAt, pollEndsAt);
        return true;
    }

    /// <summary>
    /// What a poll publishes at once whose client is back after a timeout, while what was published for the poll before has not ended; null
    /// if it publishes at its first look. Then no push is missed in between, so the last look of the poll before is as good as a first look
    /// of this one.
    /// </summary>
    /// <param name="instance">This instance's name.</param>
    /// <param name="until">When the last of the polls ends.</param>
    /// <param name="now">The time.</param>
    public PresenceDue? PlanContinuation(string? instance, TimeSpan until, TimeSpan now)
    {
        if (_continued is not { } before || before.Presence.Instance != instance || before.Presence.Until <= now
            || before.Presence.Until >= until)
        {
            return null;
        }

        Known = Known.Written(until + BeyondUntil);
        return new PresenceDue(before.Presence.Instance, until, until - now, Known.Others);
    }

    /// <summary>This instance's presence has been removed from the metadata.</summary>
    public void Cleared() => Known = Known with { OwnUntil = TimeSpan.Zero };

    /// <summary>
    /// The time below which a pause is not shortened, so that a poll has no more looks, its last one included, than with pauses that are
    /// all the longest.
    /// </summary>
    private TimeSpan LeastPause(TimeSpan? left)
    {
        if (left is not { } time || time <= LastLookAhead)
        {
            return TimeSpan.Zero;
        }

        var pauses = Math.Ceiling((time - LastLookAhead) / backoff.Longest);
        return time - ((pauses - 1) * backoff.Longest);
    }

    private readonly record struct Published(string Instance, TimeSpan Until);

    /// <param name="Presence">What was published for the polls before.</param>
    /// <param name="LookedAt">When their last look ended.</param>
    private readonly record struct Continued(Published Presence, TimeSpan LookedAt);
}
