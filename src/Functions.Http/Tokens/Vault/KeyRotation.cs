namespace FuncComet.Functions.Tokens.Vault;

/// <summary>
/// Which versions of the secret count, so that a new key needs one command and no restart: every instance accepts the new key before any
/// instance signs with it, and accepts the old one until its last token has ended.
/// </summary>
internal static class KeyRotation
{
    /// <summary>How often an instance looks for new versions.</summary>
    public static readonly TimeSpan Reload = TimeSpan.FromMinutes(5);

    // An instance that has missed a reload has had another by then.
    private static readonly TimeSpan SignsFrom = 3 * Reload;

    // The longest life of a token.
    private static readonly TimeSpan AcceptedFor = TimeSpan.FromDays(1);

    private const int AlwaysAccepted = 2;

    /// <summary>
    /// The versions whose tokens are accepted: the two newest, and each that was superseded less than a day ago. The newest that is at
    /// least 15 minutes old signs. If there is none, as at first or after a leak, the oldest signs: the other instances know it soonest.
    /// </summary>
    public static (IReadOnlyList<KeyVersion> Accepted, KeyVersion? Signing) Choose(IEnumerable<KeyVersion> enabled, DateTimeOffset now)
    {
        List<KeyVersion> newestFirst = [.. enabled.OrderByDescending(version => version.Created)];
        List<KeyVersion> accepted =
        [
            .. newestFirst.Where((_, at) => at < AlwaysAccepted || now - newestFirst[at - 1].Created < AcceptedFor),
        ];
        return (accepted, accepted.Find(version => now - version.Created >= SignsFrom) ?? accepted.LastOrDefault());
    }
}
