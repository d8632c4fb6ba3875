using FuncComet.Functions.Answers;
using FuncComet.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>
/// Lets senders in by access tokens of an identity provider that have the role for it. Such tokens come in the Authorization header only:
/// they open every mailbox, and queries end up in logs.
/// </summary>
public sealed class SenderGate
{
    private const string RolesClaim = "roles";

    private readonly TokenAuthority? _authority;
    private readonly string _role;

    /// <summary>Reads the options. The provider is first asked when a token needs its keys.</summary>
    public SenderGate(IOptions<SenderOptions> options, IOptions<TokenOptions> tokens, AuthorityKeySets keys)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(keys);
        _role = options.Value.Role;
        _authority = options.Value is { Authority: { Length: > 0 } issuer, Audience: { } audience }
            ? new TokenAuthority(issuer, audience, tokens.Value, keys.Of(issuer))
            : null;
    }

    /// <summary>
    /// Answers a request whose sender is let in as the host answers one with a function key, and no other. Without an identity provider
    /// there is no such function.
    /// </summary>
    internal async Task AnswerAsync(HttpRequest request, string method, Func<RequestQuery, Task<IResult>> handle)
    {
        if (_authority is null)
        {
            await HttpFunction.RefuseAsync(request, TypedResults.NotFound());
        }
        else if (!HttpMethods.Equals(request.Method, method))
        {
            await HttpFunction.RefuseAsync(request, Problems.MethodNotAllowed([method]));
        }
        else if (await RefusalOfAsync(_authority, request) is { } refusal)
        {
            await HttpFunction.RefuseAsync(request, refusal);
        }
        else
        {
            await HttpFunction.AnswerAsync(request, (method, handle));
        }
    }

    private async Task<IResult?> RefusalOfAsync(TokenAuthority authority, HttpRequest request)
    {
        if (!BearerToken.TryRead(request, out var token, out var problem))
        {
            return problem;
        }

        if (token is null)
        {
            return Problems.Unauthorized(error: null, "Send an access token of the identity provider: Authorization: Bearer …");
        }

        try
        {
            return await authority.CheckAsync(token) is not { } claims
                ? Problems.InvalidToken()
                : claims.Has(RolesClaim, _role) ? null : Problems.RoleMissing(_role);
        }
        catch (AuthorityUnavailableException)
        {
            return Problems.AuthorityUnavailable();
        }
    }
}
