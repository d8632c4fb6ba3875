using System.Buffers.Text;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.LocalHost.Tests;

/// <summary>Tokens made as the app makes them, and as it must not take them.</summary>
internal static class Jwt
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="key">The secret it is signed with.</param>
    /// <param name="recipient">Whom it is for; null for nobody.</param>
    /// <param name="validFrom">In seconds from now.</param>
    /// <param name="validUntil">In seconds from now; null for ever.</param>
    /// <param name="algorithm">A name of RFC 7518.</param>
    /// <param name="issuer">Who says that he made it.</param>
    /// <param name="audience">Which app it is for.</param>
    public static string Make(
        string key,
        string? recipient,
        int validFrom = -60,
        int? validUntil = 600,
        string algorithm = SecurityAlgorithms.HmacSha256,
        string issuer = "funccomet",
        string audience = "funccomet")
    {
        var now = DateTime.UtcNow;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = recipient is null ? [] : new Dictionary<string, object> { ["sub"] = recipient },
            NotBefore = now.AddSeconds(validFrom),
            Expires = validUntil is { } seconds ? now.AddSeconds(seconds) : null,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), algorithm),
        });
    }

    /// <summary>The claims of one token under the signature of another.</summary>
    public static string WithPayloadOf(this string token, string other)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{other.Split('.')[1]}.{parts[2]}";
    }

    /// <summary>The same but for one bit of the signature.</summary>
    public static string WithAnotherSignature(this string token)
    {
        var parts = token.Split('.');
        var signature = Base64Url.DecodeFromChars(parts[2]);
        signature[0] ^= 1;
        return $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The same claims, said to need no signature.</summary>
    public static string Unsigned(this string token) => $"{Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{token.Split('.')[1]}.";
}
