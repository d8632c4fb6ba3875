using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>Checks the access tokens that one identity provider gives for one audience.</summary>
internal sealed class TokenAuthority
{
    // Access tokens list groups and roles.
    private const int MaxTokenBytes = 16_384;

    // Never HS: a public key would count as its secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxTokenBytes };

    private readonly TokenOptions _options;
    private readonly AuthorityKeys _keys;
    private readonly TokenValidationParameters _valid;

    /// <param name="issuer">The <c>iss</c> of its tokens.</param>
    /// <param name="audience">An <c>aud</c> of its tokens.</param>
    /// <param name="options">What counts for tokens of every issuer.</param>
    /// <param name="keys">The provider's keys.</param>
    public TokenAuthority(string issuer, string audience, TokenOptions options, AuthorityKeys keys)
    {
        _options = options;
        _keys = keys;
        Issuer = issuer;
        _valid = new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidIssuer = issuer,
            ValidAudience = audience,
            ClockSkew = options.ClockSkew,
        };
    }

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer { get; }

    /// <summary>The <c>iss</c> that a token claims to have; null if it is no token.</summary>
    public static string? IssuerOf(string token) => Parse(token)?.Issuer;

    /// <summary>Checks everything about a token but what its claims say of its user.</summary>
    /// <returns>The token's claims; null if it is not valid.</returns>
    /// <exception cref="AuthorityUnavailableException">Nobody knows whether it is valid.</exception>
    public async Task<TokenClaims?> CheckAsync(string token)
    {
        // What cannot be valid does not make the provider be asked.
        if (Parse(token) is not { } parsed
            || parsed.Issuer != Issuer
            || !Algorithms.Contains(parsed.Alg)
            || !TokenClaims.TryRead(parsed, out var claims)
            || !_options.IsNewEnough(parsed))
        {
            return null;
        }

        var valid = _valid.Clone();
        valid.IssuerSigningKeys = await _keys.FindAsync(parsed.Kid);
        return (await Handler.ValidateTokenAsync(parsed, valid)).IsValid ? claims : null;
    }

    private static JsonWebToken? Parse(string token)
    {
        if (!Handler.CanReadToken(token))
        {
            return null;
        }

        try
        {
            return Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            // It has the form of a token, but its parts are no JSON.
            return null;
        }
    }
}
