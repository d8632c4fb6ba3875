using System.Text;
using System.Text.Json.Serialization;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Poll;
using FuncComet.Operations;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.DeadLetters;

/// <summary>The answer to <c>GET /api/deadletters</c> for one recipient.</summary>
internal sealed record LettersAnswer(string Rcpt, IReadOnlyList<LettersAnswer.Letter> Letters, long Count, long? Older)
{
    /// <summary>One letter. Without a body of its own, it has no size.</summary>
    internal sealed record Letter(
        string Id,
        string Time,
        string DeadLettered,
        long Deliveries,
        string Reason,
        string? ContentType,
        string? Key,
        int? Size,
        string? Text,
        string? Base64);

    public static IResult For(Recipient recipient, LettersOfRecipient shown, bool withBodies) => JsonAnswer.Of(
        new LettersAnswer(
            recipient.Name,
            [.. shown.Letters.Select(letter => Of(letter, withBodies))],
            shown.Count,
            shown.Older > 0 ? shown.Older : null),
        DeadLettersJson.Default.LettersAnswer);

    private static Letter Of(ListedLetter letter, bool withBody)
    {
        // What could not be read is the text of a queue message.
        var body = letter.Body is { } bytes && withBody ? bytes.ToArray() : null;
        var isText = body is not null && TextTypes.IsText(letter.ContentType ?? "text/plain", body);
        return new(
            letter.Id,
            Rfc3339.Format(letter.Time),
            Rfc3339.Format(letter.DeadLettered),
            letter.Deliveries,
            letter.Reason,
            letter.ContentType,
            letter.Key,
            letter.Body?.Length,
            isText ? Encoding.UTF8.GetString(body!) : null,
            body is null || isText ? null : Convert.ToBase64String(body));
    }
}

/// <summary>The answer to <c>GET /api/deadletters</c> for all recipients.</summary>
internal sealed record RecipientsAnswer(IReadOnlyList<RecipientsAnswer.WithLetters> Recipients, string? Next, long? Older)
{
    /// <summary>A recipient that has letters.</summary>
    internal sealed record WithLetters(string Rcpt, long Letters);

    public static IResult For(RecipientsWithLetters listed) => JsonAnswer.Of(
        new RecipientsAnswer(
            [.. listed.Recipients.Select(each => new WithLetters(each.Recipient.Name, each.Letters))],
            listed.Next?.Text,
            listed.Older > 0 ? listed.Older : null),
        DeadLettersJson.Default.RecipientsAnswer);
}

/// <summary>The answer to a redrive, with <c>moved</c>, or a purge, with <c>removed</c>.</summary>
internal sealed record ChangedLettersAnswer(long? Moved, long? Removed, long Left, string? Next, long? Older)
{
    public static IResult For(RedriveResult result) =>
        For(new ChangedLettersAnswer(result.Moved, null, result.Left, result.Next?.Text, result.Older > 0 ? result.Older : null));

    public static IResult For(PurgeResult result) =>
        For(new ChangedLettersAnswer(null, result.Removed, result.Left, result.Next?.Text, result.Older > 0 ? result.Older : null));

    private static IResult For(ChangedLettersAnswer answer) =>
        JsonAnswer.Of(answer, DeadLettersJson.Default.ChangedLettersAnswer);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LettersAnswer))]
[JsonSerializable(typeof(RecipientsAnswer))]
[JsonSerializable(typeof(ChangedLettersAnswer))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
