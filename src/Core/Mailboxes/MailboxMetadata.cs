using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>The metadata of a mailbox's queue: the recipient, for operators, and where polls wait for it, for other instances.</summary>
internal static class MailboxMetadata
{
    private const string RecipientKey = "recipient";
    private const string BellKey = "bell";

    /// <summary>
    /// The complete metadata, since Storage replaces it as a whole. The recipient is percent-encoded: the SDK fails on
    /// characters other than ASCII, and a trailing space breaks the request's signature.
    /// </summary>
    public static Dictionary<string, string> Of(Recipient recipient, Presence? presence)
    {
        var metadata = new Dictionary<string, string> { [RecipientKey] = Uri.EscapeDataString(recipient.Name) };
        if (presence is { } bell)
        {
            metadata[BellKey] = bell.ToString();
        }

        return metadata;
    }

    /// <summary>The presence in the metadata; null if there is none.</summary>
    public static Presence? PresenceIn(IDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue(BellKey, out var bell) ? Presence.TryParse(bell) : null;
}
