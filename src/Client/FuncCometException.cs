using System.Net;
using FuncComet.Client.Connection;

namespace FuncComet.Client;

/// <summary>A request that was refused, failed, or was not answered.</summary>
public class FuncCometException : Exception
{
    /// <summary>The <see cref="Code"/> if there was no connection, or no answer in time.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The <see cref="Code"/> of an answer that is not part of the protocol, as from a proxy or the Functions host.</summary>
    public const string UnexpectedAnswer = "unexpected-answer";

    /// <summary>
    /// The <see cref="Code"/> if <see cref="FuncCometClientOptions.TokenProvider"/> returned null or a malformed token, as an error page.
    /// The token is discarded, and the next request asks for another.
    /// </summary>
    public const string BadToken = "bad-token";

    /// <summary>Creates an error from an answer, or for a missing one.</summary>
    public FuncCometException(string code, string detail, HttpStatusCode? status = null, Exception? innerException = null)
        : base(status is null ? $"{code}: {detail}" : $"{(int)status} {code}: {detail}", innerException) =>
        (Code, Detail, Status) = (code, detail, status);

    /// <summary>Creates an error that adds to what this failure tells: it has the same code, detail and status.</summary>
    private protected FuncCometException(FuncCometException failure)
        : this(failure.Code, failure.Detail, failure.Status, failure) =>
        (Parameter, RetryAfter) = (failure.Parameter, failure.RetryAfter);

    /// <summary>
    /// The error code: one of the protocol, as <c>mailbox-full</c>, or <see cref="Unreachable"/>, <see cref="UnexpectedAnswer"/> or
    /// <see cref="BadToken"/>.
    /// </summary>
    public string Code { get; }

    /// <summary>What went wrong or what to change: the problem document's <c>detail</c> if the answer has one.</summary>
    public string Detail { get; }

    /// <summary>The answer's status; null if there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The name of the invalid parameter or header; null if none is invalid.</summary>
    public string? Parameter { get; init; }

    /// <summary>How long to wait before the next attempt; null if the answer does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// True if the same request may succeed later: no answer, no token, 408, 425, 429, a 5xx other than 501, or a success that is not part
    /// of the protocol. After these errors, a push is tried again and <see cref="FuncCometClient.ReadAllAsync"/> goes on.
    /// </summary>
    public bool IsTransient => (int?)Status is null or 408 or 425 or 429 or < 300 or (>= 500 and not 501);

    /// <summary>How long the request was under way before it failed; null if it was not sent, or if this client gave up.</summary>
    internal TimeSpan? Held { get; init; }

    /// <summary>The problem document of the answer; null if it has none.</summary>
    internal ProblemJson? Problem { get; init; }
}
