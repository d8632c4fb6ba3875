using System.Security.Cryptography;
using System.Text;
using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Authorities;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class TokenVerifierTests : IAsyncLifetime
{
    private const string OurKey = "a key of ours, of 32 bytes or more";

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TokenOptions _options = new() { SigningKey = OurKey };

    // Making a key takes longer than all the rest of a test.
    private static readonly RSA One = RSA.Create(2_048);
    private static readonly RSA Two = RSA.Create(2_048);

    private IdentityProvider _provider = null!;
    private RsaSecurityKey _key = null!;
    private ServiceProvider? _services;
    private TokenVerifier? _verifier;
    private TimeSpan? _maxTime;

    public ValueTask InitializeAsync()
    {
        _provider = IdentityProvider.Start();
        _key = _provider.AddRsaKey("one", One);
        _options.Authorities.Add(new TokenAuthorityOptions { Issuer = _provider.Issuer, Audience = "api://funccomet" });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha256)]
    [InlineData(SecurityAlgorithms.RsaSha384)]
    [InlineData(SecurityAlgorithms.RsaSha512)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha256)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha384)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha512)]
    public async Task RecipientOf_ATokenSignedByRsa_IsItsSubject(string algorithm) =>
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key, algorithm)));

    [Theory]
    [InlineData("nistP256", SecurityAlgorithms.EcdsaSha256)]
    [InlineData("nistP384", SecurityAlgorithms.EcdsaSha384)]
    [InlineData("nistP521", SecurityAlgorithms.EcdsaSha512)]
    public async Task RecipientOf_ATokenSignedByAnEllipticCurve_IsItsSubject(string curve, string algorithm)
    {
        var key = _provider.AddEcKey("ec", ECCurve.CreateFromFriendlyName(curve));

        Assert.Equal("alice", await RecipientAsync(_provider.Token(key, algorithm)));
    }

    [Fact]
    public async Task RecipientOf_OurOwnToken_IsItsRecipient_AndAsksNobody()
    {
        Assert.Equal("bob", await RecipientAsync(Ours().Issue(Named.Recipient("bob"), TimeSpan.FromMinutes(5)).Text));
        Assert.Null(await RecipientAsync("no token"));
        Assert.Null(await RecipientAsync("a.b.c"));
        Assert.Equal(0, _provider.Discoveries);
    }

    [Fact]
    public async Task RecipientOf_OurOwnTokenWithoutASigningKey_IsNull()
    {
        var ours = Ours().Issue(Named.Recipient("bob"), TimeSpan.FromMinutes(5)).Text;
        _options.SigningKey = null;

        Assert.Null(await RecipientAsync(ours));
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
    }

    [Theory]
    [InlineData("oid", "user/{0}", "user/0007")]
    [InlineData("email", "{0}", null)]
    [InlineData("groups", "{0}", null)]
    [InlineData("number", "{0}", null)]
    [InlineData("empty", "{0}", null)]
    [InlineData("missing", "{0}", null)]
    public async Task RecipientOf_WithAnotherClaim_IsItsText(string claim, string format, string? expected)
    {
        (_options.Authorities[0].RecipientClaim, _options.Authorities[0].RecipientFormat) = (claim, format);
        var claims = new Dictionary<string, object>
        {
            ["oid"] = "0007",
            ["email"] = "a@example.com",
            ["groups"] = new[] { "one" },
            ["number"] = 7,
            ["empty"] = "",
        };

        Assert.Equal(expected, await RecipientAsync(_provider.Token(_key, claims: claims)));
    }

    [Theory]
    [InlineData("email_verified", true, "a@example.com")]
    [InlineData("email_verified", "true", "a@example.com")]
    [InlineData("xms_edov", "1", "a@example.com")]
    [InlineData("xms_edov", 1, "a@example.com")]
    [InlineData("email_verified", false, null)]
    [InlineData("email_verified", "false", null)]
    [InlineData("xms_edov", 0, null)]
    public async Task RecipientOf_AnEmailAddress_CountsOnlyIfVerified(string claim, object value, string? expected)
    {
        _options.Authorities[0].RecipientClaim = "email";
        var claims = new Dictionary<string, object> { ["email"] = "a@example.com", [claim] = value };

        Assert.Equal(expected, await RecipientAsync(_provider.Token(_key, claims: claims)));
    }

    // The default allows clocks to differ by 30 seconds.
    [Theory]
    [InlineData(-3_600, -40, null)]
    [InlineData(-3_600, -20, "alice")]
    [InlineData(20, 3_600, "alice")]
    [InlineData(40, 3_600, null)]
    public async Task RecipientOf_NearTheStartOrEndOfValidity_AllowsForClockSkew(int notBefore, int expires, string? expected) =>
        Assert.Equal(expected, await RecipientAsync(_provider.Token(_key, notBefore: notBefore, expires: expires)));

    [Fact]
    public async Task RecipientOf_ATokenForAnotherAppOrWithoutASubject_IsNull()
    {
        Assert.Null(await RecipientAsync(_provider.Token(_key, audience: "api://another")));
        Assert.Null(await RecipientAsync(_provider.Token(_key, subject: null)));
    }

    [Fact]
    public async Task RecipientOf_ATokenWhoseIssuerIsNoneOfTheAuthorities_IsNull()
    {
        Assert.Null(await RecipientAsync(_provider.Token(_key, issuer: $"{_provider.Issuer}/")));
        Assert.Null(await RecipientAsync(_provider.Token(_key, issuer: "funccomet")));
        Assert.Equal(0, _provider.Discoveries);
    }

    [Fact]
    public async Task RecipientOf_ATokenSignedWithThePublicKeyAsASecret_IsNull()
    {
        var jwk = IdentityProvider.PublicHalfOf(_key);
        byte[][] secrets =
        [
            _key.Rsa.ExportSubjectPublicKeyInfo(),
            Encoding.UTF8.GetBytes(_key.Rsa.ExportSubjectPublicKeyInfoPem()),
            Encoding.UTF8.GetBytes(_key.Rsa.ExportRSAPublicKeyPem()),
            Base64UrlEncoder.DecodeBytes(jwk.N),
        ];

        foreach (var secret in secrets)
        {
            var key = new SymmetricSecurityKey(secret) { KeyId = "one" };
            Assert.Null(await RecipientAsync(_provider.Token(key, SecurityAlgorithms.HmacSha256)));
        }
    }

    [Fact]
    public async Task RecipientOf_ATokenOfTheAuthoritySignedWithOurKey_IsNull()
    {
        var ours = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(OurKey));

        Assert.Null(await RecipientAsync(_provider.Token(ours, SecurityAlgorithms.HmacSha256)));
    }

    [Fact]
    public async Task RecipientOf_ATokenWithASecretOfTheKeySet_IsNull()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        _provider.KeySet = $$"""{"kty":"oct","use":"sig","kid":"secret","k":"{{Base64UrlEncoder.Encode(secret)}}"}""";

        Assert.Null(await RecipientAsync(_provider.Token(
            new SymmetricSecurityKey(secret) { KeyId = "secret" }, SecurityAlgorithms.HmacSha256)));
    }

    [Fact]
    public async Task RecipientOf_ATokenWithoutAValidSignature_IsNull()
    {
        var parts = _provider.Token(_key).Split('.');
        var none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        var bobby = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("alice", "bobby", StringComparison.Ordinal));

        Assert.Null(await RecipientAsync($"{none}.{parts[1]}."));
        Assert.Null(await RecipientAsync($"{none}.{parts[1]}.{parts[2]}"));
        Assert.Null(await RecipientAsync($"{parts[0]}.{parts[1]}."));
        Assert.Null(await RecipientAsync($"{parts[0]}.{bobby}.{parts[2]}"));
    }

    [Fact]
    public async Task RecipientOf_ATokenThatNamesOrBringsItsOwnKey_IsNull()
    {
        await using var stranger = IdentityProvider.Start();
        var theirs = stranger.AddRsaKey("one", Two);
        var jwk = IdentityProvider.PublicHalfOf(theirs);
        (string Name, object Value)[] headers =
        [
            ("jku", $"{stranger.Issuer}/keys"),
            ("x5u", $"{stranger.Issuer}/keys"),
            ("jwk", new Dictionary<string, object> { ["kty"] = "RSA", ["n"] = jwk.N, ["e"] = jwk.E }),
        ];

        foreach (var (name, value) in headers)
        {
            var token = stranger.Token(theirs, issuer: _provider.Issuer, header: new Dictionary<string, object> { [name] = value });
            Assert.Null(await RecipientAsync(token));
        }

        Assert.Equal(0, stranger.Discoveries);
    }

    [Theory]
    [InlineData("""{"alg":"RS256","kid":"one"}""", """"sub":"bob","sub":"alice"""")]
    [InlineData("""{"alg":"RS256","alg":"RS256","kid":"one"}""", """"sub":"alice"""")]
    public async Task RecipientOf_ATokenWithAMemberGivenTwice_IsNull(string header, string subject)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var payload = $$"""{"iss":"{{_provider.Issuer}}","aud":"api://funccomet","exp":{{now + 600}},{{subject}}}""";
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(payload)}";
        var signature = _key.Rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        Assert.Null(await RecipientAsync($"{signed}.{Base64UrlEncoder.Encode(signature)}"));
    }

    [Fact]
    public async Task RecipientOf_ALongToken_IsNullAbove16KiB()
    {
        var ofTwelve = _provider.Token(_key, claims: new Dictionary<string, object> { ["long"] = new string('x', 9_000) });
        var ofSeventeen = _provider.Token(_key, claims: new Dictionary<string, object> { ["long"] = new string('x', 12_500) });

        Assert.InRange(ofTwelve.Length, 12_000, 16_384);
        Assert.Equal("alice", await RecipientAsync(ofTwelve));
        Assert.InRange(ofSeventeen.Length, 16_385, 18_000);
        Assert.Null(await RecipientAsync(ofSeventeen));
    }

    [Fact]
    public async Task RecipientOf_ATokenWithoutAKeyId_TriesAllKeys()
    {
        var unnamed = new RsaSecurityKey(_key.Rsa);
        _provider.AddRsaKey("two", Two);

        Assert.Equal("alice", await RecipientAsync(_provider.Token(unnamed)));
        Assert.Null(await RecipientAsync(_provider.Token(new RsaSecurityKey(RSA.Create(2_048)))));
    }

    [Fact]
    public async Task RecipientOf_ATokenOfANewKey_IsItsSubjectAtOnce_ButTheProviderIsAskedOnlyOnceIn5Minutes()
    {
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        _time.Advance(AuthorityKeys.Pause);
        var two = _provider.AddRsaKey("two", Two);

        Assert.Equal("alice", await RecipientAsync(_provider.Token(two)));
        Assert.Equal(2, _provider.Discoveries);
        var three = _provider.AddRsaKey("three", One);
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await RecipientAsync(_provider.Token(new RsaSecurityKey(_key.Rsa) { KeyId = $"unknown {i}" })));
        }

        Assert.Null(await RecipientAsync(_provider.Token(three)));
        Assert.Equal(2, _provider.Discoveries);
        _time.Advance(AuthorityKeys.Pause);
        Assert.Equal("alice", await RecipientAsync(_provider.Token(three)));
        Assert.Equal(3, _provider.Discoveries);
    }

    [Fact]
    public async Task RecipientOf_ATokenOfAWithdrawnKey_IsNullAfterAnHour()
    {
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        _provider.RemoveKey("one");
        _provider.AddRsaKey("two", Two);
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        _time.Advance(AuthorityKeys.MaxAge);

        // This one begins the fetch and is not held up by it.
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        await Await.UntilAsync(async () => await RecipientAsync(_provider.Token(_key)) is null, "the key is forgotten");
        Assert.Equal(2, _provider.Discoveries);
    }

    [Fact]
    public async Task RecipientOf_WhenTheProviderDoesNotAnswer_IsUnknown_AndKnownKeysStayValid()
    {
        _provider.Discovery = Refuse;
        await Assert.ThrowsAsync<AuthorityUnavailableException>(() => RecipientAsync(_provider.Token(_key)));
        await Assert.ThrowsAsync<AuthorityUnavailableException>(() => RecipientAsync(_provider.Token(_key)));
        Assert.Equal(1, _provider.Discoveries);

        _provider.Discovery = null;
        _time.Advance(AuthorityKeys.FirstPause);
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));

        _provider.Discovery = Refuse;
        _time.Advance(AuthorityKeys.MaxAge);
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        await Await.UntilAsync(() => _provider.Discoveries == 3, "the provider is asked");
        Assert.Equal("alice", await RecipientAsync(_provider.Token(_key)));
        await Assert.ThrowsAsync<AuthorityUnavailableException>(() => RecipientAsync(_provider.Token(_provider.AddRsaKey("two", Two))));
        Assert.Equal(3, _provider.Discoveries);

        static Task Refuse(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"issuer":"https://a.example","jwks_uri":"ISSUER/keys"}""")]
    [InlineData("""{"issuer":"ISSUER"}""")]
    [InlineData("""{"issuer":"ISSUER","jwks_uri":"http://a.example/keys"}""")]
    [InlineData("""{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}""")]
    [InlineData("""{"issuer":"ISSUER","jwks_uri":"ISSUER/nothing-is-here"}""")]
    public async Task RecipientOf_WhenTheProvidersDocumentIsWrong_IsNoRecipient(string document)
    {
        _provider.Discovery = context =>
            context.Response.WriteAsync(document.Replace("ISSUER", _provider.Issuer, StringComparison.Ordinal));

        await AssertNoRecipientAsync();
    }

    [Fact]
    public async Task RecipientOf_WhenTheProvidersDocumentIsTooLong_IsNoRecipient()
    {
        var document = $$"""{"issuer":"{{_provider.Issuer}}","jwks_uri":"{{_provider.Issuer}}/keys"}""";
        _provider.Discovery = context => context.Response.WriteAsync(new string(' ', 1_100_000) + document);

        await AssertNoRecipientAsync();
    }

    [Fact]
    public async Task RecipientOf_WhenTheProviderRedirects_IsNoRecipient()
    {
        await using var elsewhere = IdentityProvider.Start();
        _provider.Discovery = context =>
        {
            context.Response.Redirect($"{elsewhere.Issuer}/.well-known/openid-configuration");
            return Task.CompletedTask;
        };

        await AssertNoRecipientAsync();
        Assert.Equal(0, elsewhere.Discoveries);
    }

    [Fact]
    public async Task RecipientOf_WhenTheProviderHangs_IsUnknownAfterItsTime_AndAllCallersShareTheWait()
    {
        _provider.Discovery = context => Task.Delay(TimeSpan.FromMinutes(5), context.RequestAborted);
        _maxTime = TimeSpan.FromSeconds(1);

        var checks = Enumerable.Range(0, 20).Select(_ => RecipientAsync(_provider.Token(_key))).ToArray();

        foreach (var check in checks)
        {
            await Assert.ThrowsAsync<AuthorityUnavailableException>(() => check);
        }

        Assert.Equal(1, _provider.Discoveries);
    }

    [Theory]
    [InlineData(0, 0, "alice")]
    [InlineData(-600, -600, null)]
    [InlineData(null, 0, "alice")]
    [InlineData(null, -600, null)]
    public async Task RecipientOf_ATokenIssuedBeforeNotBefore_IsNull(int? issued, int notBefore, string? expected)
    {
        _options.NotBefore = TimeProvider.System.GetUtcNow().AddMinutes(-5);

        Assert.Equal(expected, await RecipientAsync(_provider.Token(_key, issued: issued, notBefore: notBefore)));
    }

    [Fact]
    public async Task RecipientOf_OurOwnTokenIssuedBeforeNotBefore_IsNull()
    {
        var token = Ours().Issue(Named.Recipient("bob"), TimeSpan.FromMinutes(5)).Text;

        _options.NotBefore = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        Assert.Equal("bob", await RecipientAsync(token));
        _options.NotBefore = TimeProvider.System.GetUtcNow().AddMinutes(1);
        Assert.Null(await RecipientAsync(token));
    }

    private async Task AssertNoRecipientAsync()
    {
        var failure = await Record.ExceptionAsync(async () => Assert.Null(await RecipientAsync(_provider.Token(_key))));
        Assert.True(failure is null or AuthorityUnavailableException, $"{failure}");
    }

    private RecipientTokens Ours() => Verifier.Tokens(_options);

    private Task<string?> RecipientAsync(string token)
    {
        _services ??= AuthorityDocuments.AddClient(new ServiceCollection())
            .ConfigureHttpClient(client => client.Timeout = _maxTime ?? client.Timeout).Services
            .BuildServiceProvider();
        var documents = new AuthorityDocuments(_services.GetRequiredService<IHttpClientFactory>());
        var keys = new AuthorityKeySets(documents, _time, NullLogger<AuthorityKeySets>.Instance);
        _verifier ??= new TokenVerifier(Ours(), Options.Create(_options), keys);
        return _verifier.RecipientOfAsync(token).Bounded();
    }
}
