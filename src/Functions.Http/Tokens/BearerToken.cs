using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Tokens;

/// <summary>The token in the Authorization header (RFC 6750).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>Reads the token: null if there is none, or another scheme. Fails if the header is given twice.</summary>
    public static bool TryRead(HttpRequest request, out string? token, [NotNullWhen(false)] out IResult? problem)
    {
        (token, problem) = (null, null);
        var headers = request.Headers.Authorization;
        if (headers.Count > 1 || headers.Any(IsJoined))
        {
            problem = Problems.BadParameter("Authorization", "given once");
        }
        else if (headers is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            token = header[Scheme.Length..].Trim();
        }

        return problem is null;
    }

    // The proxy of the Functions host, like others, joins two headers of one name with a comma. A bearer token has no comma.
    private static bool IsJoined(string? header) =>
        header?.Split(',', StringSplitOptions.TrimEntries) is { Length: > 1 } parts
        && parts.Any(part => part.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase));
}
