using System.Diagnostics.CodeAnalysis;
using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens.Authorities;
using FuncComet.Recipients;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens;

/// <summary>Decides whether a request may act for a recipient. It makes no storage request.</summary>
public sealed class TokenGate(TokenVerifier tokens, IOptions<TokenOptions> options)
{
    private const string QueryName = "access_token";

    /// <summary>Null if the request may act for the recipient, else the problem.</summary>
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

        try
        {
            return await tokens.RecipientOfAsync(token) is not { } name
                ? Problems.InvalidToken()
                : name != recipient.Name ? Problems.Forbidden() : null;
        }
        catch (AuthorityUnavailableException)
        {
            return Problems.AuthorityUnavailable();
        }
    }

    // A token in the query counts alone. RFC 6750 would refuse a request that has an Authorization header too, but services in front of
    // the app, such as Azure Static Web Apps and API Management, add or overwrite that header.
    private bool TryReadToken(HttpRequest request, RequestQuery query, out string? token, [NotNullWhen(false)] out IResult? problem)
    {
        if (!query.TryGetSingle(QueryName, "a token", out token, out problem))
        {
            return false;
        }

        if (token is null)
        {
            return BearerToken.TryRead(request, out token, out problem);
        }

        problem = options.Value.AllowInQuery
            ? null
            : Problems.BadParameter(QueryName, "left out: this app takes a token only in the Authorization header");
        return problem is null;
    }
}
