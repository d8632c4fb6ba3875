using FuncComet.Functions.Tokens.Authorities;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens;

/// <summary>
/// Tells whose token a token is: one of the app's own (<see cref="RecipientTokens"/>), or one of an identity provider. Its <c>iss</c>
/// decides.
/// </summary>
public sealed class TokenVerifier
{
    private readonly RecipientTokens _ours;
    private readonly (TokenAuthority Authority, RecipientClaim Claim)[] _authorities;

    /// <summary>Reads the options. An authority is first asked when a token needs its keys, so the app starts without it.</summary>
    public TokenVerifier(RecipientTokens ours, IOptions<TokenOptions> options, AuthorityKeySets keys)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keys);
        _ours = ours;
        _authorities =
        [
            .. from each in options.Value.Authorities
               let authority = new TokenAuthority(each.Issuer, each.Audience, options.Value, keys.Of(each.Issuer))
               let format = RecipientFormat.TryParse(each.RecipientFormat, out var parsed)
                   ? parsed
                   : throw new FormatException(RecipientFormat.Rule)
               select (authority, new RecipientClaim(each.RecipientClaim, format)),
        ];
    }

    /// <summary>The name of the recipient for whom a token is; null if it is not valid.</summary>
    /// <exception cref="AuthorityUnavailableException">Nobody knows whether it is valid.</exception>
    internal async Task<string?> RecipientOfAsync(string token)
    {
        // Most apps have no authority, and then a token needs to be read only once.
        if (_authorities.Length == 0
            || TokenAuthority.IssuerOf(token) is not { } issuer
            || Array.Find(_authorities, each => each.Authority.Issuer == issuer) is not ({ } authority, var claim))
        {
            return await _ours.SubjectOfAsync(token);
        }

        return await authority.CheckAsync(token) is { } claims ? claim.RecipientOf(claims) : null;
    }
}
