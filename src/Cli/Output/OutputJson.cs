using System.Text.Json.Serialization;
using FuncComet.Client;

namespace FuncComet.Cli.Output;

/// <summary>The JSON that commands print. Names and times are those of the app's answers. What is not known is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PushOutput))]
[JsonSerializable(typeof(MessageOutput))]
[JsonSerializable(typeof(TokenOutput))]
[JsonSerializable(typeof(PresenceOutput))]
[JsonSerializable(typeof(MailboxOutput))]
[JsonSerializable(typeof(PeekOutput))]
[JsonSerializable(typeof(DeadLetterRecipientsOutput))]
[JsonSerializable(typeof(DeadLettersOutput))]
[JsonSerializable(typeof(RedriveOutput))]
[JsonSerializable(typeof(PurgeOutput))]
[JsonSerializable(typeof(EraseOutput))]
[JsonSerializable(typeof(AboutOutput))]
[JsonSerializable(typeof(WatchOutput))]
[JsonSerializable(typeof(BenchOutput))]
internal sealed partial class OutputJson : JsonSerializerContext;

internal sealed record PushOutput(IReadOnlyList<PushedOutput> Accepted, IReadOnlyList<FailedOutput>? Failed, string? Key);

internal sealed record PushedOutput(string Rcpt, string Id, string Expires, string? Recall, bool Handed)
{
    public static PushedOutput Of(PushedCopy copy) =>
        new(copy.Recipient, copy.Id, Times.Json(copy.Expires), copy.Recall, copy.IsHanded);
}

internal sealed record FailedOutput(string Rcpt, string Code);

internal sealed record MessageOutput(
    string Rcpt,
    string Id,
    string Time,
    long Deliveries,
    string ContentType,
    string? Key,
    string? Text,
    string? Base64)
{
    public static MessageOutput Of(string recipient, CometMessage message)
    {
        var body = BodyOutput.Of(message.Body);
        return new MessageOutput(
            recipient, message.Id, Times.Json(message.Time), message.Deliveries, message.ContentType, message.Key, body.Text, body.Base64);
    }
}

/// <summary>A body as text if it is text, else as base64.</summary>
internal readonly record struct BodyOutput(string? Text, string? Base64)
{
    public static BodyOutput Of(ReadOnlyMemory<byte>? body)
    {
        if (body is not { } bytes)
        {
            return default;
        }

        return SafeText.TryReadText(bytes.Span) is { } text
            ? new BodyOutput(text, null)
            : new BodyOutput(null, Convert.ToBase64String(bytes.Span));
    }
}

internal sealed record TokenOutput(string Rcpt, string Token, string Expires);

internal sealed record PresenceOutput(IReadOnlyList<RecipientOutput> Presence);

internal sealed record RecipientOutput(string Rcpt, bool? Waiting, string? LastSeen);

internal sealed record MailboxOutput(string Rcpt, long? Messages, bool? Waiting, string? LastSeen, long? DeadLetters = null)
{
    public static MailboxOutput Of(MailboxEntry mailbox) =>
        new(mailbox.Recipient, mailbox.Messages, mailbox.IsWaiting, Times.Json(mailbox.LastSeen));
}

internal sealed record PeekOutput(string Rcpt, IReadOnlyList<PeekedOutput> Messages);

internal sealed record PeekedOutput(
    string Id,
    string Time,
    long Deliveries,
    string? ContentType,
    long Size,
    string? Key,
    string? Expires,
    bool? Foreign,
    string? Unreadable,
    string? Text,
    string? Base64)
{
    public static PeekedOutput Of(PeekedMessage message)
    {
        var body = BodyOutput.Of(message.Body);
        return new PeekedOutput(
            message.Id,
            Times.Json(message.Time),
            message.Deliveries,
            message.ContentType,
            message.Size,
            message.Key,
            Times.Json(message.Expires),
            message.IsForeign ? true : null,
            message.Unreadable,
            body.Text,
            body.Base64);
    }
}

internal sealed record DeadLetterRecipientsOutput(IReadOnlyList<DeadLetterCountOutput> Recipients, long? Older);

internal sealed record DeadLetterCountOutput(string Rcpt, long Letters);

internal sealed record DeadLettersOutput(string Rcpt, IReadOnlyList<DeadLetterOutput> Letters, long Count, long? Older);

internal sealed record DeadLetterOutput(
    string Id,
    string? Time,
    string? DeadLettered,
    long Deliveries,
    string Reason,
    string? ContentType,
    string? Key,
    long? Size,
    string? Text,
    string? Base64)
{
    public static DeadLetterOutput Of(DeadLetter letter)
    {
        var body = BodyOutput.Of(letter.Body);
        return new DeadLetterOutput(
            letter.Id,
            Times.Json(letter.Time),
            Times.Json(letter.DeadLettered),
            letter.Deliveries,
            letter.Reason,
            letter.ContentType,
            letter.Key,
            letter.Size,
            body.Text,
            body.Base64);
    }
}

internal sealed record RedriveOutput(long Moved, long Left, long? Older);

internal sealed record PurgeOutput(long Removed, long Left, long? Older);

internal sealed record EraseOutput(string Rcpt, IReadOnlyList<string> Left);

internal sealed record AboutOutput(
    string Version,
    string? Commit,
    string Instance,
    string Started,
    PollsOutput Polls,
    StorageOutput Storage);

internal sealed record PollsOutput(long Held, long Max, long MaxPerRecipient)
{
    public static PollsOutput Of(AboutApp app) => new(app.HeldPolls, app.MaxHeldPolls, app.MaxHeldPollsPerRecipient);
}

internal sealed record StorageOutput(bool Answers);

internal sealed record WatchOutput(string Time, PollsOutput Polls, IReadOnlyList<MailboxOutput> Mailboxes, long? Older);

internal sealed record BenchOutput(
    BenchPlanOutput Plan,
    double Seconds,
    BenchPushedOutput Pushed,
    BenchReceivedOutput Received,
    LatencyOutput? LatencyMilliseconds,
    long Lost,
    long Repeated,
    IReadOnlyList<ErrorOutput> Errors,
    int Kept);

internal sealed record BenchPlanOutput(int Clients, double Minutes, double Rate, int Size);

internal sealed record BenchPushedOutput(long Sent, long Accepted, double PerSecond);

internal sealed record BenchReceivedOutput(long Messages, double PerSecond);

internal sealed record LatencyOutput(double P50, double P90, double P99, double Max);

internal sealed record ErrorOutput(string Kind, long Count);
