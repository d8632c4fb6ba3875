using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FuncComet.Client;

/// <summary>An answer, read to its end.</summary>
internal sealed class Answer(HttpStatusCode status, byte[] body)
{
    private const string CodePrefix = "urn:funccomet:";

    public HttpStatusCode Status => status;

    public bool IsEmpty => status == HttpStatusCode.NoContent;

    /// <summary>When its headers came: a timestamp.</summary>
    public required long Arrived { get; init; }

    public string? MediaType { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads what was answered in JSON.</summary>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException ex)
        {
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, $"The answer is not what was asked for: {ex.Message}", status, ex) { RetryAfter = RetryAfter };
        }
    }

    public void ThrowUnlessEmpty()
    {
        if (!IsEmpty)
        {
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, "The answer should be 204.", status);
        }
    }

    /// <summary>Throws what the function app, or the host in its place, has to say against the request.</summary>
    public Answer ThrowIfRefused()
    {
        if (status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            return this;
        }

        if (MediaType != "application/problem+json")
        {
            throw new FuncCometException(FuncCometException.UnexpectedAnswer, WhatTheHostMeans, status) { RetryAfter = RetryAfter };
        }

        var problem = Read(CometJson.Default.ProblemJson);
        var code = CodeOf(problem.Type);
        throw problem.Failed is null
            ? new FuncCometException(code, problem.Detail, status) { Parameter = problem.Parameter, RetryAfter = RetryAfter }
            : new PushFailedException(code, problem.Detail, status, [.. (problem.Accepted ?? []).Select(copy => copy.ToCopy())], [.. problem.Failed.Select(copy => new FailedCopy(copy.Rcpt, CodeOf(copy.Type)))])
            {
                RetryAfter = RetryAfter,
            };
    }

    private static string CodeOf(string type) => type.StartsWith(CodePrefix, StringComparison.Ordinal) ? type[CodePrefix.Length..] : FuncCometException.UnexpectedAnswer;

    private string WhatTheHostMeans => status switch
    {
        HttpStatusCode.Unauthorized => "The host refused the request: the function key is missing or wrong.",
        HttpStatusCode.NotFound => "There is no such function: BaseAddress needs the route prefix, as in https://….azurewebsites.net/api.",
        HttpStatusCode.RequestUriTooLong => "The recipients do not fit one request: push to fewer at a time.",
        _ => "The answer is not the function app's own.",
    };
}
