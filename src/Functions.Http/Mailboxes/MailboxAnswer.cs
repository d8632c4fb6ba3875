using System.Text.Json.Serialization;

namespace FuncComet.Functions.Mailboxes;

/// <summary>The body of the answer to <c>GET /api/mailbox</c>.</summary>
internal sealed record MailboxAnswer(string Rcpt, long Messages, bool Exists);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MailboxAnswer))]
internal sealed partial class MailboxAnswerJson : JsonSerializerContext;
