using FuncComet.Recipients;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens;

/// <summary>Issues and validates tokens: JWTs signed with HMAC-SHA256, with the recipient as their subject.</summary>
public sealed class RecipientTokens
{
    // Enough for a recipient of 256 bytes and an issuer and an audience of 200 characters each, all of them escaped.
    private const int MaxTokenBytes = 8_192;

    private readonly JsonWebTokenHandler _handler = new()
    {
        MaximumTokenSizeInBytes = MaxTokenBytes,
        SetDefaultTimesOnTokenCreation = false,
    };

    private readonly TokenOptions _options;
    private readonly TokenKeys _keys;
    private readonly TokenValidationParameters _valid;
    private readonly TimeProvider _time;

    /// <summary>Signs and accepts with the keys that there are at that moment.</summary>
    public RecipientTokens(IOptions<TokenOptions> options, TokenKeys keys, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _keys = keys;
        _time = time;
        _valid = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKeyResolver = (_, _, _, _) => keys.Valid,
            ValidIssuer = _options.Issuer,
            ValidAudience = _options.Audience,
            ClockSkew = _options.ClockSkew,
        };
    }

    /// <summary>Whether there is a key to sign with.</summary>
    public bool CanIssue => _keys.Signing is not null;

    /// <summary>Issues a token for the recipient's polls, acknowledgements and leases, valid from now for <paramref name="ttl"/>.</summary>
    /// <param name="recipient">The token's subject.</param>
    /// <param name="ttl">Whole seconds.</param>
    /// <exception cref="InvalidOperationException"><see cref="CanIssue"/> is false.</exception>
    public IssuedToken Issue(Recipient recipient, TimeSpan ttl)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        // A JWT's times are whole seconds. Cut the fraction off, so that the returned end is the one in the token.
        var now = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var expires = now + ttl;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _options.Issuer,
            Audience = _options.Audience,
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = recipient.Name },
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = _keys.Signing ?? throw new InvalidOperationException("There is no key to sign with."),
        });
        return new IssuedToken(token, expires);
    }

    /// <summary>
    /// The recipient's name in a token; null if the token is malformed, not signed by this app's keys, not valid now, or for another app.
    /// </summary>
    public async Task<string?> SubjectOfAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _valid);
        return result is { IsValid: true, SecurityToken: JsonWebToken { Subject.Length: > 0 } valid } && _options.IsNewEnough(valid)
            ? valid.Subject
            : null;
    }
}

/// <summary>A token and its expiry.</summary>
/// <param name="Text">The JWT.</param>
/// <param name="Expires">Its <c>exp</c>.</param>
public sealed record IssuedToken(string Text, DateTimeOffset Expires);
