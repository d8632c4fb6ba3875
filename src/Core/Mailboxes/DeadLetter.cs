using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using System.Xml;
using FuncComet.Messages;

namespace FuncComet.Mailboxes;

/// <summary>A dead letter: JSON that people can read, with what is needed to put the message back into its mailbox.</summary>
/// <param name="Rcpt">The recipient.</param>
/// <param name="Id">The message's id, as in its deliveries.</param>
/// <param name="Time">When it was pushed.</param>
/// <param name="DeadLettered">When it was moved.</param>
/// <param name="Deliveries">How often it had been delivered.</param>
/// <param name="Reason">Why it is no longer delivered.</param>
/// <param name="ContentType">Its content type, if that could be read.</param>
/// <param name="Key">Its key, if it had one.</param>
/// <param name="Base64">Its body; null if all of it does not fit into one queue message.</param>
/// <param name="Text">
/// The original text of another program's message whose body was decoded from it. Versions before this one did not write it.
/// </param>
/// <param name="VerbatimIn">In place of the body: the id of the queue message that holds the original text.</param>
internal sealed record DeadLetter(
    string Rcpt,
    string Id,
    DateTimeOffset Time,
    DateTimeOffset DeadLettered,
    long Deliveries,
    string Reason,
    string? ContentType = null,
    string? Key = null,
    string? Base64 = null,
    string? Text = null,
    string? VerbatimIn = null)
{
    /// <summary>The letter of a received message.</summary>
    public static DeadLetter Of(string recipient, LeasedMessage message, string reason, DateTimeOffset now)
    {
        var body = message.Message.Body.Span;
        var text = message.QueueText;
        return new(
            recipient,
            message.Message.Id.ToString("N"),
            message.Message.Time,
            now,
            message.Deliveries - 1,
            reason,
            message.Unreadable is null ? message.Message.ContentType : null,
            message.Message.Key,
            Convert.ToBase64String(body),
            message.Envelope is null && !body.SequenceEqual(Encoding.UTF8.GetBytes(text)) ? text : null);
    }

    /// <summary>The text for the queue: ASCII.</summary>
    public string Encode() => JsonSerializer.Serialize(this, DeadLetterJson.Default.DeadLetter);

    /// <summary>Reads the text of a queue message; false if it is no letter.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out DeadLetter? letter)
    {
        letter = null;
        try
        {
            letter = text.StartsWith('{') ? JsonSerializer.Deserialize(text, DeadLetterJson.Default.DeadLetter) : null;
        }
        catch (JsonException)
        {
        }

        return letter is not null && (letter.VerbatimIn is not null || letter.TryGetBody(out _));
    }

    /// <summary>
    /// The body and the text to put back into the mailbox; false if the letter does not have them. A message of ours gets a new envelope,
    /// which counts its deliveries from 1 again. Everything else is put back as it was.
    /// </summary>
    /// <param name="verbatim">The original text, if the letter says that another queue message holds it.</param>
    /// <param name="content">What was read.</param>
    public bool TryRead(string? verbatim, [NotNullWhen(true)] out DeadLetterContent? content)
    {
        content = null;
        if (verbatim is not null)
        {
            content = DeadLetterContent.Of(verbatim);
        }
        else if (TryGetBody(out var body))
        {
            var message = IsOurs(out var id) && body.Length <= Message.MaxBodyBytes
                ? Message.WithId(id, ContentType, Key, body)
                : null;
            var text = Text is not null && IsQueueText(Text) ? Text : AsQueueText(body);
            content = new(body, message, message is not null ? new Envelope(message).Encode() : text);
        }

        return content is not null;
    }

    // Storage gives its own messages ids of another version, and an unreadable message has no content type.
    [MemberNotNullWhen(true, nameof(ContentType))]
    private bool IsOurs(out Guid id) =>
        Guid.TryParseExact(Id, "N", out id)
        && Message.IsId(id)
        && Text is null
        && ContentType is not null
        && Message.IsContentType(ContentType)
        && (Key is null || Message.IsKey(Key));

    private bool TryGetBody([NotNullWhen(true)] out byte[]? body)
    {
        body = null;
        try
        {
            body = Base64 is null ? null : Convert.FromBase64String(Base64);
        }
        catch (FormatException)
        {
        }

        return body is not null;
    }

    // Earlier versions kept no text. Bytes that no queue message can hold were base64 there.
    private static string AsQueueText(byte[] body)
    {
        if (Utf8.IsValid(body))
        {
            var text = Encoding.UTF8.GetString(body);
            if (IsQueueText(text))
            {
                return text;
            }
        }

        return Convert.ToBase64String(body);
    }

    // Storage's requests are XML, which has no form for some characters.
    private static bool IsQueueText(string text) =>
        text.EnumerateRunes().All(rune => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value));
}

/// <summary>What a dead letter holds.</summary>
/// <param name="Body">The message's body.</param>
/// <param name="Own">The message, if it is one of ours.</param>
/// <param name="QueueText">The text to put back into the mailbox.</param>
internal sealed record DeadLetterContent(ReadOnlyMemory<byte> Body, Message? Own, string QueueText)
{
    /// <summary>The content of a message by its original text.</summary>
    public static DeadLetterContent Of(string verbatim) =>
        Messages.QueueText.Read(verbatim, ForeignEncoding.None).Envelope?.Message is { } message
            ? new(message.Body, message, new Envelope(message).Encode())
            : new(Encoding.UTF8.GetBytes(verbatim), null, verbatim);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DeadLetter))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
