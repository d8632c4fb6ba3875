using FuncComet.Messages;
using FuncComet.Polling;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Answers;

/// <summary>The catalogue of every error that this app returns. The codes are part of the protocol and never change.</summary>
internal static class Problems
{
    /// <summary>The code of <see cref="StorageUnavailable"/>. A push also reports it for each copy that failed.</summary>
    public const string StorageUnavailableCode = "storage-unavailable";

    /// <summary>The code of <see cref="MailboxFull"/>. A push also reports it for each copy that was refused.</summary>
    public const string MailboxFullCode = "mailbox-full";

    /// <summary>The code of <see cref="TooManyRequests"/>. A push also reports it for each copy that was refused.</summary>
    public const string TooManyRequestsCode = "too-many-requests";

    /// <summary>When to try again, where nothing else is known.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static IResult BadRecipient(string detail) =>
        new Problem(StatusCodes.Status400BadRequest, "bad-recipient", "The recipient is missing or malformed.")
        {
            Detail = detail,
            Parameter = "rcpt",
        };

    public static IResult BadRecipient() => BadRecipient($"rcpt must be {Recipient.Rule}, percent-encoded.");

    public static IResult BadParameter(string parameter, string range) =>
        new Problem(StatusCodes.Status400BadRequest, "bad-parameter", "A parameter is malformed or out of its range.")
        {
            Detail = $"{parameter} must be {range}.",
            Parameter = parameter,
        };

    /// <param name="error">The RFC 6750 error code; null if the request had no token.</param>
    /// <param name="detail">What the caller can change, in one sentence.</param>
    public static IResult Unauthorized(string? error, string detail) =>
        new Problem(StatusCodes.Status401Unauthorized, "unauthorized", "A token for this recipient is needed.")
        {
            Detail = detail,
            Header = ("WWW-Authenticate", error is null ? "Bearer" : $"Bearer error=\"{error}\""),
        };

    public static IResult Forbidden() =>
        new Problem(StatusCodes.Status403Forbidden, "forbidden", "The token is for another recipient.")
        {
            Detail = "Ask for a token for this recipient.",
        };

    public static IResult TokensNotConfigured() =>
        new Problem(StatusCodes.Status501NotImplemented, "tokens-not-configured", "This app has no key to sign tokens with.")
        {
            Detail = "Set FuncComet__Token__SigningKey to a secret of at least 32 bytes.",
        };

    public static IResult TooManyPolls(HeldPollOptions limits) =>
        TryLater(
            "too-many-polls",
            "This instance holds its maximum of polls.",
            members: [],
            $"It holds at most {limits.MaxHeldPolls}, and {limits.MaxHeldPollsPerRecipient} of one recipient. ");

    public static IResult MethodNotAllowed(IEnumerable<string> allowed) =>
        new Problem(StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "This method is not allowed here.")
        {
            Detail = $"Use {string.Join(" or ", allowed)}.",
            Header = ("Allow", string.Join(", ", allowed)),
        };

    /// <param name="delivered">The handles of the messages that this request did not remove.</param>
    public static IResult AlreadyDelivered(IReadOnlyList<string> delivered) =>
        new Problem(StatusCodes.Status409Conflict, "already-delivered", "A message can no longer be taken back.")
        {
            Detail = "The messages of delivered were delivered, have expired or were recalled before. The others are removed.",
            Members = [KeyValuePair.Create<string, object?>("delivered", delivered)],
        };

    /// <param name="expired">The receipts.</param>
    /// <param name="detail">What that means for the request.</param>
    public static IResult ReceiptExpired(IReadOnlyList<string> expired, string detail) =>
        new Problem(StatusCodes.Status410Gone, "receipt-expired", "A receipt has expired.")
        {
            Detail = detail,
            Members = [KeyValuePair.Create<string, object?>("expired", expired)],
        };

    public static IResult MessageTooLarge() =>
        new Problem(StatusCodes.Status413PayloadTooLarge, "message-too-large", "The message is too large.")
        {
            Detail = $"The body must be 0 to {Message.MaxBodyBytes} bytes.",
            Parameter = "body",
        };

    public static IResult RequestTimeout() =>
        new Problem(StatusCodes.Status408RequestTimeout, "request-timeout", "The body came too slowly.")
        {
            Detail = "Send the body without long pauses, and send the request again.",
            Parameter = "body",
        };

    public static IResult UnsupportedEncoding() =>
        new Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported-encoding", "The body has a content coding.")
        {
            Detail = "Send the body as it is, without a Content-Encoding.",
            Parameter = HeaderNames.ContentEncoding,
            Header = (HeaderNames.AcceptEncoding, "identity"),
        };

    /// <summary>The problem of a body that the server stopped reading, with the status that the server gave it.</summary>
    public static IResult BadBody(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => RequestTimeout(),
        StatusCodes.Status413PayloadTooLarge => MessageTooLarge(),
        _ => BadParameter("body", "as long as its Content-Length or its chunks say"),
    };

    /// <param name="retryAfter">How long the storage will not do it, if that is known.</param>
    /// <param name="members">Further members of the document.</param>
    public static IResult StorageUnavailable(
        TimeSpan? retryAfter = null, params IEnumerable<KeyValuePair<string, object?>> members) =>
        TryLater(StorageUnavailableCode, "The storage does not answer.", members, retryAfter: retryAfter);

    public static IResult MailboxEmptiedInPart() =>
        TryLater(
            StorageUnavailableCode,
            "The mailbox is not empty yet.",
            members: [],
            "Part of the messages is gone, and the storage did not remove the rest in time. ");

    /// <param name="retryAfter">When to try again.</param>
    /// <param name="members">Further members of the document.</param>
    public static IResult MailboxFull(TimeSpan retryAfter, IEnumerable<KeyValuePair<string, object?>> members) =>
        TryLater(MailboxFullCode, "The mailbox holds as many messages as it may.", members, retryAfter: retryAfter);

    /// <param name="limit">The limit, in one sentence.</param>
    /// <param name="retryAfter">When the next request is taken.</param>
    /// <param name="members">Further members of the document.</param>
    public static IResult TooManyRequests(string limit, TimeSpan retryAfter, IEnumerable<KeyValuePair<string, object?>> members) =>
        TryLater(
            TooManyRequestsCode,
            "There are more pushes than this instance takes.",
            members,
            $"{limit} ",
            retryAfter,
            StatusCodes.Status429TooManyRequests);

    private static Problem TryLater(
        string code,
        string title,
        IEnumerable<KeyValuePair<string, object?>> members,
        string why = "",
        TimeSpan? retryAfter = null,
        int status = StatusCodes.Status503ServiceUnavailable)
    {
        // Rounded up to whole seconds, at least one: who comes back earlier is refused again.
        var wait = retryAfter ?? RetryAfter;
        var seconds = (int)Math.Ceiling((wait > Second ? wait : Second).TotalSeconds);
        return new(status, code, title)
        {
            Detail = $"{why}Try again after {seconds} {(seconds == 1 ? "second" : "seconds")}.",
            Header = ("Retry-After", $"{seconds}"),
            Members = members,
        };
    }
}
