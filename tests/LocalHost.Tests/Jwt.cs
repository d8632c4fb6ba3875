using System.Buffers.Text;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.LocalHost.Tests;

/// <summary>Tokens that the app accepts, and tokens that it must refuse.</summary>
internal static class Jwt
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="key">The secret that signs it.</param>
    /// <param name="recipient">The recipient; null for none.</param>
    /// <param name="validFrom">In seconds from now.</param>
    /// <param name="validUntil">In seconds from now; null for ever.</param>
    /// <param name="algorithm">A name of RFC 7518.</param>
    /// <param name="issuer">The app that made it.</param>
    /// <param name="audience">The app that it is for.</param>
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

    /// <summary>The same token with one bit of the signature changed.</summary>
    public static string WithAnotherSignature(this string token)
    {
        var parts = token.Split('.');
        var signature = Base64Url.DecodeFromChars(parts[2]);
        signature[0] ^= 1;
        return $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The same claims with the algorithm "none" and no signature.</summary>
    public static string Unsigned(this string token) =>
        $"{Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{token.Split('.')[1]}.";
}
