using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Testing;

/// <summary>An identity provider: OpenID Connect discovery, a key set that can change, and access tokens.</summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, SecurityKey> _keys = new();
    private int _discoveries;

    private IdentityProvider()
    {
        var builder = LoopbackServer.CreateBuilder();
        builder.Services.AddRouting();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>How often its discovery document was asked for.</summary>
    public int Discoveries => Volatile.Read(ref _discoveries);

    /// <summary>What it answers in place of the discovery document; null for the right answer.</summary>
    public Func<HttpContext, Task>? Discovery { get; set; }

    /// <summary>The members of its key set in place of its keys; null for the right answer.</summary>
    public string? KeySet { get; set; }

    /// <summary>Starts a provider without keys.</summary>
    public static IdentityProvider Start()
    {
        var provider = new IdentityProvider();
        provider._app.Start();
        provider.Issuer = provider._app.Urls.Single();
        return provider;
    }

    /// <summary>Adds an RSA key and returns its private half.</summary>
    public RsaSecurityKey AddRsaKey(string id, RSA rsa)
    {
        var key = new RsaSecurityKey(rsa) { KeyId = id };
        _keys[id] = key;
        return key;
    }

    /// <summary>Adds a key of an elliptic curve and returns its private half.</summary>
    public ECDsaSecurityKey AddEcKey(string id, ECCurve curve)
    {
        var key = new ECDsaSecurityKey(ECDsa.Create(curve)) { KeyId = id };
        _keys[id] = key;
        return key;
    }

    /// <summary>Withdraws a key.</summary>
    public void RemoveKey(string id) => _keys.TryRemove(id, out _);

    /// <summary>The public half of a key, as the key set has it.</summary>
    public static JsonWebKey PublicHalfOf(SecurityKey key)
    {
        var jwk = key switch
        {
            RsaSecurityKey rsa => JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.Rsa.ExportParameters(false))),
            ECDsaSecurityKey ec => JsonWebKeyConverter.ConvertFromECDsaSecurityKey(
                new ECDsaSecurityKey(ECDsa.Create(ec.ECDsa.ExportParameters(false)))),
            _ => throw new ArgumentException("Neither RSA nor EC.", nameof(key)),
        };
        jwk.KeyId = jwk.Kid = key.KeyId;
        jwk.Use = "sig";
        return jwk;
    }

    /// <summary>Makes a token: valid from now for an hour, unless the arguments say otherwise.</summary>
    public string Token(
        SecurityKey key,
        string algorithm = SecurityAlgorithms.RsaSha256,
        string? subject = "alice",
        string audience = "api://funccomet",
        string? issuer = null,
        int notBefore = 0,
        int expires = 3_600,
        int? issued = 0,
        IDictionary<string, object>? claims = null,
        IDictionary<string, object>? header = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var all = new Dictionary<string, object>(claims ?? new Dictionary<string, object>());
        if (subject is not null)
        {
            all["sub"] = subject;
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience,
            Claims = all,
            IssuedAt = issued is { } seconds ? now.AddSeconds(seconds) : null,
            NotBefore = now.AddSeconds(notBefore),
            Expires = now.AddSeconds(expires),
            SigningCredentials = new SigningCredentials(key, algorithm),
            AdditionalHeaderClaims = header,
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/.well-known/openid-configuration")
        {
            Interlocked.Increment(ref _discoveries);
            await (Discovery?.Invoke(context) ?? context.Response.WriteAsJsonAsync(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" }));
        }
        else if (context.Request.Path == "/keys")
        {
            await context.Response.WriteAsync(KeySet is { } raw ? $$"""{"keys":[{{raw}}]}""" : KeySetOf(_keys.Values));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static string KeySetOf(IEnumerable<SecurityKey> keys) =>
        $$"""{"keys":[{{string.Join(',', keys.Select(key => TextOf(PublicHalfOf(key))))}}]}""";

    private static string TextOf(JsonWebKey key) => key.Kty == JsonWebAlgorithmsKeyTypes.RSA
        ? $$"""{"kty":"RSA","use":"sig","kid":"{{key.Kid}}","n":"{{key.N}}","e":"{{key.E}}"}"""
        : $$"""{"kty":"EC","use":"sig","kid":"{{key.Kid}}","crv":"{{key.Crv}}","x":"{{key.X}}","y":"{{key.Y}}"}""";
}
