using System.Text.Json.Serialization;
using FuncComet.Operations;

namespace FuncComet.Functions.Mailboxes;

/// <summary>The body of the answer to <c>GET /api/mailboxes</c>.</summary>
internal sealed record MailboxListAnswer(IReadOnlyList<MailboxListAnswer.Listed> Mailboxes)
{
    /// <summary>A mailbox that was not counted.</summary>
    [JsonDerivedType(typeof(Counted))]
    internal record Listed(string Rcpt);

    /// <summary>A mailbox that was counted.</summary>
    internal sealed record Counted(string Rcpt, long Messages, bool Waiting, string? LastSeen) : Listed(Rcpt);

    /// <summary>Where the next call continues; null if there is no more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Next { get; init; }

    public static MailboxListAnswer Of(QueuePage<ListedMailbox> page) => new([.. page.Found.Select(Of)]) { Next = page.Next?.Text };

    private static Listed Of(ListedMailbox mailbox) =>
        mailbox is { Messages: { } messages, Presence: { } presence }
            ? new Counted(mailbox.Recipient.Name, messages, presence.IsWaiting, Rfc3339.Format(presence.LastSeen))
            : new Listed(mailbox.Recipient.Name);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MailboxListAnswer))]
internal sealed partial class MailboxListAnswerJson : JsonSerializerContext;
