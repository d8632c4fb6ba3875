using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FuncComet.Client.Connection;

/// <summary>A response whose body has been read.</summary>
internal sealed class Answer(HttpStatusCode status, byte[] body)
{
    private const string CodePrefix = "urn:funccomet:";

    public HttpStatusCode Status => status;

    public bool IsEmpty => status == HttpStatusCode.NoContent;

    /// <summary>When the headers arrived, as a <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long Arrived { get; init; }

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
            var detail = $"The answer is not the expected JSON: {ex.Message}";
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, detail, status, ex)
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    public void ThrowUnlessEmpty()
    {
        if (!IsEmpty)
        {
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, "The answer should be 204.", status);
        }
    }

    /// <summary>Throws the error that the function app answered, or the host in its place.</summary>
    public Answer ThrowIfRefused()
    {
        if (status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            return this;
        }

        if (MediaType != "application/problem+json")
        {
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, Explanation, status) { RetryAfter = RetryAfter };
        }

        var problem = Read(CometJson.Default.ProblemJson);
        var code = CodeOf(problem.Type);
        throw problem.Failed is null
            ? new FuncCometException(code, problem.Detail, status) { Parameter = problem.Parameter, RetryAfter = RetryAfter }
            : new PushFailedException(
                code,
                problem.Detail,
                status,
                [.. (problem.Accepted ?? []).Select(copy => copy.ToCopy())],
                [.. problem.Failed.Select(copy => new FailedCopy(copy.Rcpt, CodeOf(copy.Type)))])
            {
                RetryAfter = RetryAfter,
            };
    }

    private static string CodeOf(string type) =>
        type.StartsWith(CodePrefix, StringComparison.Ordinal) ? type[CodePrefix.Length..] : FuncCometException.UnexpectedAnswer;

    // The host and proxies answer without problem documents.
    private string Explanation => status switch
    {
        HttpStatusCode.Unauthorized => "The host refused the request: the function key is missing or wrong.",
        HttpStatusCode.NotFound =>
            "There is no such function: BaseAddress needs the route prefix, as in https://….azurewebsites.net/api.",
        HttpStatusCode.RequestUriTooLong => "The recipients do not fit in one request: push to fewer at a time.",
        _ => "The answer does not come from the function app.",
    };
}
