using System.Text;
using System.Text.Json.Serialization;
using FuncComet.Functions.Poll;
using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Functions.Mailboxes;

/// <summary>The body of the answer to <c>GET /api/mailbox/messages</c>.</summary>
internal sealed record MailboxMessagesAnswer(string Rcpt, IReadOnlyList<MailboxMessagesAnswer.Shown> Messages)
{
    /// <summary>A message. What does not apply to it is left out, and the body too, unless it was asked for.</summary>
    internal sealed record Shown(
        string Id,
        string Time,
        long Deliveries,
        string ContentType,
        int Size,
        string? Key,
        string? Expires,
        bool? Foreign,
        string? Unreadable,
        string? Text,
        string? Base64);

    public static MailboxMessagesAnswer Of(Recipient recipient, IReadOnlyList<ShownMessage> messages, bool withBodies) =>
        new(recipient.Name, [.. messages.Select(message => Of(message, withBodies))]);

    private static Shown Of(ShownMessage shown, bool withBody)
    {
        var message = shown.Message;
        var isText = TextTypes.IsText(message.ContentType, message.Body.Span);
        return new Shown(
            message.Id.ToString("N"),
            Rfc3339.Format(message.Time),
            shown.Deliveries,
            message.ContentType,
            message.Body.Length,
            message.Key,
            Rfc3339.Format(shown.Expires),
            shown.IsForeign ? true : null,
            shown.Unreadable,
            withBody && isText ? Encoding.UTF8.GetString(message.Body.Span) : null,
            withBody && !isText ? Convert.ToBase64String(message.Body.Span) : null);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MailboxMessagesAnswer))]
internal sealed partial class MailboxMessagesAnswerJson : JsonSerializerContext;
