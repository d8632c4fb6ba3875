namespace FuncComet.Mailboxes;

/// <summary>Where polls wait for a recipient, as the mailbox's metadata records it: at most one presence for each instance.</summary>
/// <param name="All">The presences, also those that are over. The one written last comes first.</param>
/// <param name="Seen">When a poll was last known to wait, to the minute; null if that is not recorded.</param>
internal sealed record PresenceList(IReadOnlyList<Presence> All, DateTimeOffset? Seen)
{
    /// <summary>How many instances' presences are kept beside that of the instance that writes. It bounds the metadata.</summary>
    public const int MaxOthers = 8;

    /// <summary>Nobody waits or has ever waited.</summary>
    public static readonly PresenceList None = new([], Seen: null);

    /// <summary>What an instance writes: its own presence, and what it knows of others that are not over.</summary>
    public static PresenceList Of(Presence? own, IEnumerable<Presence> others, DateTimeOffset now)
    {
        var kept = others.Where(other => other.Until > now && other.Instance != own?.Instance).DistinctBy(other => other.Instance);
        return new([.. own is { } first ? [first] : Array.Empty<Presence>(), .. kept.Take(MaxOthers)], ToTheMinute(now));
    }

    /// <summary>A time without its seconds.</summary>
    public static DateTimeOffset ToTheMinute(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute));
}
