using FuncComet.Functions.Tokens.Authorities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FuncComet.Functions.Tokens;

/// <summary>
/// Tells whose token a token is: one of the app's own (<see cref="RecipientTokens"/>), or one of an identity provider. Its <c>iss</c>
/// decides.
/// </summary>
public sealed class TokenVerifier
{
    // Access tokens of identity providers list groups and roles.
    private const int MaxTokenBytes = 16_384;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenBytes };
    private readonly RecipientTokens _ours;
    private readonly TokenOptions _options;
    private readonly (TokenAuthority Authority, RecipientClaim Claim)[] _authorities;

    /// <summary>Reads the options. Authorities are first asked when a token needs their keys, so that the app starts without them.</summary>
    public TokenVerifier(RecipientTokens ours, IOptions<TokenOptions> options, AuthorityKeySets keys)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keys);
        _ours = ours;
        _options = options.Value;
        _authorities =
        [
            .. from each in _options.Authorities
               let authority = new TokenAuthority(each.Issuer, each.Audience, _options.ClockSkew, _handler, keys.Of(each.Issuer))
               let format = RecipientFormat.TryParse(each.RecipientFormat, out var parsed)
                   ? parsed
                   : throw new FormatException(RecipientFormat.Rule)
               select (authority, new RecipientClaim(each.RecipientClaim, format)),
        ];
    }

    /// <summary>The name of the recipient for whom a token is; null if it is not valid.</summary>
    /// <exception cref="AuthorityUnavailableException">Nobody knows whether it is valid.</exception>
    public async Task<string?> RecipientOfAsync(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (_authorities.Length == 0 || !_handler.CanReadToken(token))
        {
            return await _ours.SubjectOfAsync(token);
        }

        // What reads as three parts may still not be JSON.
        JsonWebToken parsed;
        try
        {
            parsed = _handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }

        if (Array.Find(_authorities, each => each.Authority.Issuer == parsed.Issuer) is not ({ } authority, var claim))
        {
            return await _ours.SubjectOfAsync(token);
        }

        return await authority.CheckAsync(parsed) is { } claims && _options.IsNewEnough(parsed) ? claim.RecipientOf(claims) : null;
    }
}
