using System.Net;

namespace FuncComet.Client;

/// <summary>A request that was refused, failed, or was not answered.</summary>
public class FuncCometException : Exception
{
    /// <summary>The <see cref="Code"/> where no answer came: no connection, or none in time.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The <see cref="Code"/> of an answer that is not the protocol's, as a proxy's or the host's own.</summary>
    public const string UnexpectedAnswer = "unexpected-answer";

    /// <summary>The <see cref="Code"/> where <see cref="FuncCometClientOptions.TokenProvider"/> gave what is no token, as the page of an error. It is not kept, and the next request asks for another.</summary>
    public const string BadToken = "bad-token";

    /// <summary>An error as it was answered, or why no answer came.</summary>
    public FuncCometException(string code, string detail, HttpStatusCode? status = null, Exception? innerException = null)
        : base(status is null ? $"{code}: {detail}" : $"{(int)status} {code}: {detail}", innerException) =>
        (Code, Detail, Status) = (code, detail, status);

    /// <summary>What went wrong: a code of the protocol, as <c>mailbox-full</c>, or <see cref="Unreachable"/>, <see cref="UnexpectedAnswer"/> or <see cref="BadToken"/>.</summary>
    public string Code { get; }

    /// <summary>What to change, in the function app's own words where it said any.</summary>
    public string Detail { get; }

    /// <summary>The answer's status; null where no answer came.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The parameter or header at fault, where one is.</summary>
    public string? Parameter { get; init; }

    /// <summary>How long to wait before the next try, where the answer said it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// True where the same request may succeed later: no answer, no token, 408, 429, a 5xx other than 501, or a success that is not the protocol's. <see cref="FuncCometClient.ReadAllAsync"/> lives through these.
    /// </summary>
    public bool IsTransient => Status switch
    {
        null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented => false,
        { } status => (int)status >= 500 || (int)status < 300,
    };
}
