using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>What this instance knows of the presences in a mailbox's metadata.</summary>
/// <param name="OwnUntil">Until when the metadata may name this instance; zero or a time that has passed if it does not.</param>
/// <param name="Found">The presences of other instances that were found there last; null if none was.</param>
internal readonly record struct KnownPresences(TimeSpan OwnUntil, IReadOnlyList<Presence>? Found)
{
    /// <summary>The presences of other instances, which may be over.</summary>
    public IReadOnlyList<Presence> Others => Found ?? [];

    /// <summary>These presences were found in the metadata.</summary>
    public KnownPresences Read(IReadOnlyList<Presence> found, string? instance)
    {
        var others = found.Where(presence => presence.Instance != instance).ToArray();
        return this with { Found = others.Length == 0 ? null : others };
    }

    /// <summary>This instance's own presence was written.</summary>
    public KnownPresences Written(TimeSpan until) => this with { OwnUntil = until > OwnUntil ? until : OwnUntil };

    /// <summary>What is worth remembering; the default if nothing is.</summary>
    public KnownPresences At(TimeSpan now) => OwnUntil > now ? this : this with { OwnUntil = TimeSpan.Zero };
}
