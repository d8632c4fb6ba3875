using System.Text;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens;

/// <summary>Issues and checks tokens: JWTs, signed with HMAC-SHA256, whose subject is the one recipient that they are for.</summary>
public sealed class RecipientTokens
{
    // A recipient of 256 bytes and an issuer and an audience of 200 characters, all escaped, stay below it.
    private const int LongestToken = 8_192;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = LongestToken, SetDefaultTimesOnTokenCreation = false };
    private readonly TokenOptions _options;
    private readonly SigningCredentials? _signing;
    private readonly TokenValidationParameters _valid;
    private readonly TimeProvider _time;

    /// <summary>With the keys of the options.</summary>
    public RecipientTokens(IOptions<TokenOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        SecurityKey[] keys = [.. new[] { _options.SigningKey, _options.PreviousKey }.Where(key => !string.IsNullOrEmpty(key)).Select(key => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key!)))];
        _signing = keys.Length == 0 ? null : new SigningCredentials(keys[0], SecurityAlgorithms.HmacSha256);
        _valid = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKeys = keys,
            ValidIssuer = _options.Issuer,
            ValidAudience = _options.Audience,
            ClockSkew = _options.ClockSkew,
        };
    }

    /// <summary>Whether there is a key to sign with.</summary>
    public bool CanIssue => _signing is not null;

    /// <summary>A token that opens the recipient's poll and acknowledgement from now until <paramref name="ttl"/> (whole seconds) is over.</summary>
    public IssuedToken Issue(Recipient recipient, TimeSpan ttl)
    {
        ArgumentNullException.ThrowIfNull(recipient);

        // A JWT's times are whole seconds: what is said of it is what it says.
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
            SigningCredentials = _signing ?? throw new InvalidOperationException("There is no key to sign with."),
        });
        return new IssuedToken(token, expires);
    }

    /// <summary>The recipient's name that a token is for; null where it is not a valid one: not ours, not yet or no longer valid, or not for this app.</summary>
    public async Task<string?> SubjectOfAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _valid);
        return result is { IsValid: true, SecurityToken: JsonWebToken { Subject.Length: > 0 } valid } ? valid.Subject : null;
    }
}

/// <summary>A token, and when it ends.</summary>
/// <param name="Text">The JWT.</param>
/// <param name="Expires">Its <c>exp</c>.</param>
public sealed record IssuedToken(string Text, DateTimeOffset Expires);
