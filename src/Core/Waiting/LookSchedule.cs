namespace FuncComet.Waiting;

/// <summary>
/// When a <see cref="WaitingRoom"/> looks by itself: after each pause of <see cref="Backoff"/>, when a hidden message becomes visible, and before the published presence of
/// its polls ends. Times are counted from a common start.
/// </summary>
/// <param name="backoff">The pauses.</param>
/// <param name="step">How far the pauses have grown.</param>
/// <param name="hasDoorbell">Whether pushes at other instances can wake polls here at all.</param>
/// <param name="hidden">What is known to be hidden in the mailbox.</param>
internal sealed class LookSchedule(Backoff backoff, int step, bool hasDoorbell, HiddenTimes? hidden)
{
    // A poll that only looks in creates no queue: with the default pauses this step is reached after less than 2 seconds.
    private const int PublishStepWhenMissing = 3;

    // The first pause is too short for anybody to need a ring.
    private const int PublishStep = 1;

    private HiddenTimes? _hidden = hidden;
    private Published? _published;
    private (TimeSpan BeganAt, TimeSpan EndsAt) _pause;

    /// <summary>How far the pauses have grown: the number of looks that found nothing since something last happened.</summary>
    public int Step { get; private set; } = step;

    /// <summary>When the next look is due.</summary>
    public TimeSpan NextLookAt => _hidden?.NextLookAfter(_pause.BeganAt) is { } visible && visible < _pause.EndsAt ? visible : _pause.EndsAt;

    /// <summary>Something has happened: the pauses start again with the shortest.</summary>
    public void Reset() => Step = 0;

    /// <summary>A look found nothing, or failed.</summary>
    public void Grow() => Step++;

    /// <summary>A pause begins.</summary>
    public void StartPause(TimeSpan now)
    {
        // It is never longer than what is published covers: after that, no push elsewhere wakes anybody.
        var covered = _published?.Until ?? TimeSpan.Zero;
        var end = now + (covered > now ? backoff.LongestPause(now) : backoff.Pause(Step, now, isUnreachable: hasDoorbell));
        _pause = (now, covered > now && covered < end ? covered : end);
    }

    /// <summary>More is hidden in the mailbox than was known.</summary>
    public void Hide(HiddenTimes times) => _hidden = times;

    /// <summary>What was published may not stand there any more: the queue is gone, or another instance may have published while nobody waited here.</summary>
    public void Forget() => _published = null;

    /// <summary>Other instances have no way to wake polls here any more, or not under the name that was published: the pause may be too long for that.</summary>
    public void Unpublish(TimeSpan now)
    {
        _published = null;
        var (beganAt, endsAt) = _pause;
        StartPause(now);
        _pause = (beganAt, endsAt < _pause.EndsAt ? endsAt : _pause.EndsAt);
    }

    /// <summary>
    /// Whether it is to be published, before the look that begins now, that polls wait at <paramref name="instance"/> until <paramref name="until"/>.
    /// </summary>
    /// <param name="instance">This instance's name.</param>
    /// <param name="until">When the last of the polls ends.</param>
    /// <param name="isMissing">Whether there is no queue yet, so that publishing would create it.</param>
    /// <param name="now">The time.</param>
    public bool IsPresenceDue(string instance, TimeSpan until, bool isMissing, TimeSpan now)
    {
        var isPublished = _published is { } published && published.Instance == instance;
        return until > now
            && Step >= (isMissing ? PublishStepWhenMissing : PublishStep)
            && !(isPublished && _published!.Value.Until >= until);
    }

    /// <summary>It is published that polls wait at <paramref name="instance"/> until <paramref name="until"/>.</summary>
    public void Publish(string instance, TimeSpan until) => _published = new Published(instance, until);

    private readonly record struct Published(string Instance, TimeSpan Until);
}
