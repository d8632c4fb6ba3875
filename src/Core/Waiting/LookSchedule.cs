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
internal sealed class LookSchedule(Backoff backoff, int step, bool hasDoorbell, HiddenTimes? hidden, HiddenCount count = default)
{
    // A poll that looks only a few times creates no queue. With the default pauses, this step is reached in less than 2 seconds.
    private const int PublishStepWhenMissing = 3;

    // During the first pause, which is short, polls need no ring.
    private const int PublishStep = 1;

    private HiddenTimes? _hidden = hidden;
    private Published? _published;
    private (TimeSpan BeganAt, TimeSpan EndsAt) _pause;

    /// <summary>The number of looks in a row that found nothing, which sets the length of the pause.</summary>
    public int Step { get; private set; } = step;

    /// <summary>The hidden messages that were counted last.</summary>
    public HiddenCount Counted { get; private set; } = count;

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
    public void StartPause(TimeSpan now)
    {
        // A pause is never longer than the published presence lasts: after that, no push at another instance wakes a poll here.
        var publishedUntil = _published?.Until ?? TimeSpan.Zero;
        var pause = publishedUntil > now ? backoff.LongestPause(now) : backoff.Pause(Step, now, isUnreachable: hasDoorbell);
        var end = now + (Counted.MaxPause(now) is { } longest && longest < pause ? longest : pause);
        _pause = (now, publishedUntil > now && publishedUntil < end ? publishedUntil : end);
    }

    /// <summary>
    /// Whether the look that begins now must count the mailbox first: the pause before or after it is long, and a message
    /// that another instance has hidden could become visible in it. A mailbox without messages makes the pause safe.
    /// </summary>
    /// <param name="isPresenceDue">Whether the presence is published before the look, so that the pause after it is the longest.</param>
    /// <param name="now">The time.</param>
    public bool IsCountDue(bool isPresenceDue, TimeSpan now)
    {
        var isReachable = isPresenceDue || IsPublished(now);
        return Counted.Messages > 0
            || _pause.EndsAt - _pause.BeganAt > BackoffOptions.MaxUnreachable
            || (isReachable ? backoff.IsLongestLong : !hasDoorbell && backoff.IsLong(Step));
    }

    /// <summary>The mailbox was counted: nothing in it can be received, and it has this many messages.</summary>
    public void Count(long messages, TimeSpan now) => Counted = Counted.Counted(messages, now);

    /// <summary>Replaces the known times of hidden messages.</summary>
    public void Hide(HiddenTimes times) => _hidden = times;

    /// <summary>
    /// What was published may be gone: the queue does not exist any more, or another instance may have published while no poll waited here.
    /// </summary>
    public void Forget() => _published = null;

    /// <summary>
    /// Forgets the published presence, because other instances can no longer wake polls here, or not under that name.
    /// Shortens a pause that is too long without a presence.
    /// </summary>
    public void Unpublish(TimeSpan now)
    {
        _published = null;
        var (beganAt, endsAt) = _pause;
        StartPause(now);
        _pause = (beganAt, endsAt < _pause.EndsAt ? endsAt : _pause.EndsAt);
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

    /// <summary>Records that the presence at <paramref name="instance"/> until <paramref name="until"/> was published.</summary>
    public void Publish(string instance, TimeSpan until) => _published = new Published(instance, until);

    private readonly record struct Published(string Instance, TimeSpan Until);
}
