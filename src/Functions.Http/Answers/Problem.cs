using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Answers;

/// <summary>An RFC 9457 problem document, with the header that its status requires.</summary>
internal sealed class Problem(int status, string code, string title) : IResult
{
    /// <summary>What the caller can change, in one sentence.</summary>
    internal required string Detail { get; init; }

    /// <summary>The name of the invalid parameter or header; null if none is invalid.</summary>
    internal string? Parameter { get; init; }

    /// <summary>The response header that the status requires; null if it requires none.</summary>
    internal (string Name, string Value)? Header { get; init; }

    /// <summary>Further members of the document.</summary>
    internal IEnumerable<KeyValuePair<string, object?>> Members { get; init; } = [];

    /// <summary>The document's <c>type</c> for an error code.</summary>
    internal static string TypeOf(string code) => $"urn:funccomet:{code}";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Header is var (name, value))
        {
            httpContext.Response.Headers[name] = value;
        }

        var members = Parameter is null ? Members : Members.Prepend(KeyValuePair.Create<string, object?>("parameter", Parameter));
        return TypedResults.Problem(Detail, instance: null, status, title, TypeOf(code), members).ExecuteAsync(httpContext);
    }
}
