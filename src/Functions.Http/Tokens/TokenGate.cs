using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens;

/// <summary>Lets a request of a recipient in, or says why not. It asks nothing of the storage.</summary>
public sealed class TokenGate(RecipientTokens tokens, IOptions<TokenOptions> options)
{
    private const string QueryName = "access_token";
    private const string Scheme = "Bearer ";

    /// <summary>Null where the request may do what it asks for; else the problem.</summary>
    internal async Task<IResult?> RefuseAsync(HttpRequest request, RequestQuery query, Recipient recipient)
    {
        if (!options.Value.Required)
        {
            return null;
        }

        if (!TryReadToken(request, query, out var token, out var problem))
        {
            return problem;
        }

        if (token is null)
        {
            return Problems.Unauthorized(error: null, "Send a token for this recipient: Authorization: Bearer …");
        }

        return await tokens.SubjectOfAsync(token) is not { } subject ? Problems.Unauthorized("invalid_token", "The token is not valid, not yet or no longer; ask for a new one.")
            : subject != recipient.Name ? Problems.Forbidden()
            : null;
    }

    // RFC 6750: one way at a time.
    private bool TryReadToken(HttpRequest request, RequestQuery query, out string? token, [NotNullWhen(false)] out IResult? problem)
    {
        if (!query.TryGetSingle(QueryName, "a token", out token, out problem))
        {
            return false;
        }

        var headers = request.Headers.Authorization;
        problem = token is not null && !options.Value.AllowInQuery ? Problems.BadParameter(QueryName, "left out: here a token comes in the Authorization header only")
            : token is not null && headers.Count > 0 ? Problems.BadParameter(QueryName, "left out where there is an Authorization header")
            : headers.Count > 1 ? Problems.BadParameter("Authorization", "given once")
            : null;
        if (problem is null && headers is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            token = header[Scheme.Length..].Trim();
        }

        return problem is null;
    }
}
