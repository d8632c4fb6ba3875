using System.Globalization;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>The metadata of a mailbox's queue: the recipient, for operators, and where polls wait for it, for other instances.</summary>
internal static class MailboxMetadata
{
    private const string RecipientKey = "recipient";
    private const string SeenKey = "seen";

    // The presence written last. Versions before the list of others read and write this one only.
    private const string BellKey = "bell";
    private const string OthersKey = "bells";
    private const char Separator = ',';

    /// <summary>
    /// The complete metadata, since Storage replaces it as a whole. The recipient is percent-encoded: the SDK fails on
    /// characters other than ASCII, and a trailing space breaks the request's signature.
    /// </summary>
    public static Dictionary<string, string> Of(Recipient recipient, PresenceList presences)
    {
        var metadata = new Dictionary<string, string> { [RecipientKey] = Uri.EscapeDataString(recipient.Name) };
        if (presences.All.Count > 0)
        {
            metadata[BellKey] = presences.All[0].ToString();
        }

        if (presences.All.Count > 1)
        {
            metadata[OthersKey] = string.Join(Separator, presences.All.Skip(1));
        }

        if (presences.Seen is { } seen)
        {
            metadata[SeenKey] = (seen.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture);
        }

        return metadata;
    }

    /// <summary>The recipient in the metadata, whose queue may be another one; null if it names none.</summary>
    public static Recipient? RecipientIn(IDictionary<string, string> metadata) =>
        metadata.TryGetValue(RecipientKey, out var text) && Recipient.TryParse(Uri.UnescapeDataString(text), out var recipient)
            ? recipient
            : null;

    /// <summary>The presences in the metadata. What cannot be read is left out.</summary>
    public static PresenceList PresencesIn(IDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return PresenceList.None;
        }

        var texts = new[] { metadata.TryGetValue(BellKey, out var first) ? first : "" }
            .Concat(metadata.TryGetValue(OthersKey, out var others) ? others.Split(Separator) : []);
        var presences = texts.Select(Presence.TryParse).OfType<Presence>().DistinctBy(presence => presence.Instance).ToArray();
        return presences.Length == 0 && !metadata.ContainsKey(SeenKey) ? PresenceList.None : new(presences, SeenIn(metadata, presences));
    }

    // Versions before wrote no time. Then the polls of the presence were known to wait until its end, at the latest.
    private static DateTimeOffset? SeenIn(IDictionary<string, string> metadata, Presence[] presences)
    {
        if (metadata.TryGetValue(SeenKey, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() / 60)
        {
            return DateTimeOffset.FromUnixTimeSeconds(minutes * 60);
        }

        return presences.Length == 0 ? null : PresenceList.ToTheMinute(presences.Max(presence => presence.Until));
    }
}
