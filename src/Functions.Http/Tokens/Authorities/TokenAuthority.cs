using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>Checks the access tokens of one identity provider.</summary>
internal sealed class TokenAuthority
{
    // Never HS: a public key would count as its secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler;
    private readonly AuthorityKeys _keys;
    private readonly TokenValidationParameters _valid;

    /// <param name="issuer">The <c>iss</c> of its tokens.</param>
    /// <param name="audience">An <c>aud</c> of its tokens.</param>
    /// <param name="clockSkew">How far clocks may differ.</param>
    /// <param name="handler">Validates tokens.</param>
    /// <param name="keys">The provider's keys.</param>
    public TokenAuthority(string issuer, string audience, TimeSpan clockSkew, JsonWebTokenHandler handler, AuthorityKeys keys)
    {
        _handler = handler;
        _keys = keys;
        Issuer = issuer;
        _valid = new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidIssuer = issuer,
            ValidAudience = audience,
            ClockSkew = clockSkew,
        };
    }

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer { get; }

    /// <summary>Checks everything about a token of this issuer but what its claims say of its user.</summary>
    /// <returns>The token's claims; null if it is not valid.</returns>
    /// <exception cref="AuthorityUnavailableException">Nobody knows whether it is valid.</exception>
    public async Task<TokenClaims?> CheckAsync(JsonWebToken token)
    {
        if (!Algorithms.Contains(token.Alg) || !TokenClaims.TryRead(token, out var claims))
        {
            return null;
        }

        var valid = _valid.Clone();
        valid.IssuerSigningKeys = await _keys.FindAsync(token.Kid);
        return (await _handler.ValidateTokenAsync(token, valid)).IsValid ? claims : null;
    }
}
