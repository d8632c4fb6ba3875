namespace FuncComet.Waiting;

/// <summary>
/// When a <see cref="WaitingRoom"/> looks without being rung: after each pause of <see cref="Backoff"/>, when a hidden
/// message becomes visible, and before the published presence of its polls ends. Times are counted from a common start.
/// </summary>
/// <param name="backoff">The pauses.</param>
/// <param name="step">The number of pauses by which the backoff has grown.</param>
/// <param name="hasDoorbell">Whether pushes at other instances can wake polls here at all.</param>
/// <param name="hidden">The times at which messages known to be hidden become visible.</param>
internal sealed class LookSchedule(Backoff backoff, int step, bool hasDoorbell, HiddenTimes? hidden)
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

    /// <summary>When the next look is due.</summary>
    public TimeSpan NextLookAt =>
        _hidden?.NextLookAfter(_pause.BeganAt) is { } visible && visible < _pause.EndsAt ? visible : _pause.EndsAt;

    /// <summary>Restarts with the shortest pause, because something has happened.</summary>
    public void Reset() => Step = 0;

    /// <summary>Lengthens the next pause, because a look found nothing or failed.</summary>
    public void Grow() => Step++;

    /// <summary>Starts a pause.</summary>
    public void StartPause(TimeSpan now)
    {
        // A pause is never longer than the published presence lasts: after that, no push at another instance wakes a poll here.
        var publishedUntil = _published?.Until ?? TimeSpan.Zero;
        var end = now + (publishedUntil > now ? backoff.LongestPause(now) : backoff.Pause(Step, now, isUnreachable: hasDoorbell));
        _pause = (now, publishedUntil > now && publishedUntil < end ? publishedUntil : end);
    }

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
