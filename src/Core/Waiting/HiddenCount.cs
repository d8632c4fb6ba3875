namespace FuncComet.Waiting;

/// <summary>
/// How many messages a mailbox had when polls last found nothing in it to receive: all of them are hidden, by a lease or
/// a delay that another instance may have given. Nobody rings when such a message becomes visible, so polls look for it
/// often. They stop after a while, since a message may be delayed for days.
/// </summary>
/// <param name="Messages">The approximate number; never lower than the true one.</param>
/// <param name="ChangedAt">When that number was first seen.</param>
/// <param name="Looks">How many looks have found the same number since.</param>
internal readonly record struct HiddenCount(long Messages, TimeSpan ChangedAt, int Looks)
{
    /// <summary>How long polls look often after the number has changed.</summary>
    public static readonly TimeSpan Watched = TimeSpan.FromMinutes(10);

    /// <summary>The mailbox has been counted again.</summary>
    public HiddenCount Counted(long messages, TimeSpan now) =>
        messages == Messages ? this with { Looks = Looks + 1 } : new HiddenCount(messages, now, 0);

    /// <summary>The longest pause before the next look: 1, 2, 4, then 5 seconds; null if nothing is to be looked for often.</summary>
    public TimeSpan? MaxPause(TimeSpan now)
    {
        if (Messages == 0 || now - ChangedAt >= Watched)
        {
            return null;
        }

        var doubled = TimeSpan.FromSeconds(1 << Math.Min(Looks, 3));
        return doubled < BackoffOptions.MaxUnreachable ? doubled : BackoffOptions.MaxUnreachable;
    }
}
