using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FuncComet.Client.Connection;

/// <summary>A response whose body has been read.</summary>
internal sealed class Answer(HttpStatusCode status, byte[] body)
{
    public HttpStatusCode Status => status;

    public bool IsEmpty => status == HttpStatusCode.NoContent;

    /// <summary>When the headers arrived, as a <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long Arrived { get; init; }

    /// <summary>How long the request was under way until then.</summary>
    public required TimeSpan Held { get; init; }

    public string? MediaType { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads the body as JSON.</summary>
    /// <exception cref="FuncCometException">The body is not the expected JSON.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException ex)
        {
            throw Unexpected($"The answer is not the expected JSON: {ex.Message}", ex);
        }
    }

    public void ThrowUnlessEmpty()
    {
        if (!IsEmpty)
        {
            throw Unexpected("The answer should be 204.");
        }
    }

    /// <summary>Returns the error that this answer is not one of the protocol.</summary>
    public FuncCometException Unexpected(string detail, Exception? innerException = null) =>
        new(FuncCometException.UnexpectedAnswer, detail, status, innerException) { RetryAfter = RetryAfter, Held = Held };

    /// <summary>Throws the error that the function app answered, or the host in its place.</summary>
    public Answer ThrowIfRefused()
    {
        if (status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            return this;
        }

        if (MediaType != "application/problem+json")
        {
            throw Unexpected(Explanation);
        }

        var problem = Read(CometJson.Default.ProblemJson);
        throw new FuncCometException(ProblemJson.CodeOf(problem.Type), problem.Detail, status)
        {
            Parameter = problem.Parameter,
            RetryAfter = RetryAfter,
            Held = Held,
            Problem = problem,
        };
    }

    // The host and proxies answer without problem documents.
    private string Explanation => status switch
    {
        HttpStatusCode.Unauthorized => "The host refused the request: the function key is missing or wrong.",
        HttpStatusCode.NotFound =>
            "There is no such function: BaseAddress needs the route prefix, as in https://….azurewebsites.net/api, or the app is old.",
        HttpStatusCode.RequestUriTooLong => "The recipients do not fit in one request: push to fewer at a time.",
        _ => "The answer does not come from the function app.",
    };
}
