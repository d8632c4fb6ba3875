using System.Security.Cryptography;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Authorities;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class SenderGateTests : IAsyncLifetime
{
    private const string Invalid = "Bearer error=\"invalid_token\"";

    private static readonly string[] Roles = ["Other", "FuncComet.Push"];

    private static readonly RSA Rsa = RSA.Create(2_048);

    private readonly ServiceProvider _services = AuthorityDocuments.AddClient(new ServiceCollection()).Services
        .AddLogging().AddOptions().BuildServiceProvider();

    private readonly SenderOptions _options = new() { Audience = "api://funccomet" };
    private IdentityProvider _provider = null!;
    private RsaSecurityKey _key = null!;

    public ValueTask InitializeAsync()
    {
        _provider = IdentityProvider.Start();
        _key = _provider.AddRsaKey("one", Rsa);
        _options.Authority = _provider.Issuer;
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Answer_WithTheRole_LetsTheSenderIn()
    {
        Assert.Equal((200, ""), await AnswerAsync($"Bearer {Token(Roles)}"));
        Assert.Equal((200, ""), await AnswerAsync($"bearer  {Token("FuncComet.Push")}"));
    }

    [Theory]
    [InlineData("Other")]
    [InlineData("funccomet.push")]
    [InlineData(true)]
    [InlineData(null)]
    public async Task Answer_WithoutTheRole_Is403(object? roles) => Assert.Equal((403, ""), await AnswerAsync($"Bearer {Token(roles)}"));

    [Fact]
    public async Task Answer_WithTheRoleInAnotherClaim_Is403()
    {
        var scopes = _provider.Token(_key, claims: new Dictionary<string, object> { ["scp"] = "FuncComet.Push" });

        Assert.Equal((403, ""), await AnswerAsync($"Bearer {scopes}"));
    }

    [Fact]
    public async Task Answer_WithAnotherRoleSet_WantsThatOne()
    {
        _options.Role = "Notify";

        Assert.Equal((200, ""), await AnswerAsync($"Bearer {Token("Notify")}"));
        Assert.Equal((403, ""), await AnswerAsync($"Bearer {Token("FuncComet.Push")}"));
    }

    [Fact]
    public async Task Answer_WithoutAValidToken_Is401WithAChallenge()
    {
        var right = Token("FuncComet.Push");
        var ours = Verifier.Tokens(new TokenOptions { SigningKey = new string('k', 32) })
            .Issue(Named.Recipient("alice"), TimeSpan.FromMinutes(5)).Text;
        var secret = new SymmetricSecurityKey(Rsa.ExportSubjectPublicKeyInfo()) { KeyId = "one" };
        var claims = new Dictionary<string, object> { ["roles"] = "FuncComet.Push" };

        Assert.Equal((401, "Bearer"), await AnswerAsync());
        Assert.Equal((401, "Bearer"), await AnswerAsync($"Basic {right}"));
        Assert.Equal((401, "Bearer"), await AnswerAsync(query: $"&access_token={right}"));
        Assert.Equal((401, Invalid), await AnswerAsync($"Bearer {ours}"));
        Assert.Equal((401, Invalid), await AnswerAsync($"Bearer {_provider.Token(_key, audience: "another", claims: claims)}"));
        Assert.Equal((401, Invalid), await AnswerAsync($"Bearer {_provider.Token(_key, expires: -60, notBefore: -120, claims: claims)}"));
        Assert.Equal((401, Invalid), await AnswerAsync($"Bearer {_provider.Token(secret, SecurityAlgorithms.HmacSha256, claims: claims)}"));
        Assert.Equal((400, ""), await AnswerAsync(new StringValues([$"Bearer {right}", $"Bearer {right}"])));
    }

    [Fact]
    public async Task Answer_WhenTheProviderDoesNotAnswer_Is503()
    {
        var token = Token("FuncComet.Push");
        await _provider.DisposeAsync();

        Assert.Equal((503, ""), await AnswerAsync($"Bearer {token}"));
    }

    [Fact]
    public async Task Answer_WithoutAProvider_Is404ForEverybody()
    {
        var token = Token("FuncComet.Push");
        _options.Authority = null;

        Assert.Equal((404, ""), await AnswerAsync($"Bearer {token}"));
        Assert.Equal((404, ""), await AnswerAsync(method: "PUT"));
    }

    [Fact]
    public async Task Answer_ToAnotherMethod_Is405_AndTheProviderIsNotAsked()
    {
        Assert.Equal((405, ""), await AnswerAsync($"Bearer {Token("FuncComet.Push")}", method: "PUT"));
        Assert.Equal(0, _provider.Discoveries);
    }

    private string Token(object? roles) =>
        _provider.Token(_key, claims: roles is null ? null : new Dictionary<string, object> { ["roles"] = roles });

    private async Task<(int Status, string Challenge)> AnswerAsync(
        StringValues authorization = default, string query = "", string method = "POST")
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().AddOptions<RequestLimitOptions>().Services.BuildServiceProvider(),
        };
        context.Request.Method = method;
        context.Request.QueryString = new QueryString($"?rcpt=alice{query}");
        context.Request.Headers.Authorization = authorization;
        var documents = new AuthorityDocuments(_services.GetRequiredService<IHttpClientFactory>());
        var keys = new AuthorityKeySets(documents, TimeProvider.System, NullLogger<AuthorityKeySets>.Instance);
        var gate = new SenderGate(Options.Create(_options), Options.Create(new TokenOptions()), keys);
        await gate.AnswerAsync(context.Request, HttpMethods.Post, _ => Task.FromResult<IResult>(TypedResults.Ok())).Bounded();
        return (context.Response.StatusCode, context.Response.Headers.WWWAuthenticate.ToString());
    }
}
