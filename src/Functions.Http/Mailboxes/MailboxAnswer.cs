using System.Text.Json.Serialization;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;

namespace FuncComet.Functions.Mailboxes;

/// <summary>The body of the answer to <c>GET /api/mailbox</c>.</summary>
internal sealed record MailboxAnswer(string Rcpt, long Messages, bool Exists, bool Waiting, string? LastSeen)
{
    public static MailboxAnswer Of(MailboxStatus? status, RecipientPresence presence) => new(
        presence.Recipient.Name, status?.Messages ?? 0, status is not null, presence.IsWaiting, Rfc3339.Format(presence.LastSeen));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MailboxAnswer))]
internal sealed partial class MailboxAnswerJson : JsonSerializerContext;
