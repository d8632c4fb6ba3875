using System.Globalization;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace FuncComet.Functions.Tests.Tokens;

public sealed class TokenGateTests
{
    private readonly TokenOptions _options = new() { SigningKey = "a key of 32 bytes or more, it must be" };
    private readonly RecipientTokens _tokens;

    public TokenGateTests() => _tokens = Verifier.Tokens(_options);

    private string Alices => _tokens.Issue(Named.Recipient("alice"), TimeSpan.FromMinutes(5)).Text;

    [Fact]
    public async Task Refuse_WithTheRecipientsToken_IsNull()
    {
        Assert.Null(await RefuseAsync(authorization: $"Bearer {Alices}"));
        Assert.Null(await RefuseAsync(authorization: $"bearer   {Alices}"));
        Assert.Null(await RefuseAsync(query: $"&access_token={Alices}"));
        Assert.Null(await RefuseAsync(query: $"&access_token={Alices}&access_token={Alices}"));
    }

    [Theory]
    [InlineData("Bearer x")]
    [InlineData("Bearer x", "Bearer y")]
    [InlineData("Basic YWxpY2U6")]
    [InlineData("")]
    public async Task Refuse_WithATokenInTheQuery_IgnoresTheHeader(params string[] authorization)
    {
        var bobs = _tokens.Issue(Named.Recipient("bob"), TimeSpan.FromMinutes(5)).Text;

        Assert.Null(await RefuseAsync(authorization, $"&access_token={Alices}"));
        Assert.Equal((403, ""), await RefuseAsync($"Bearer {Alices}", $"&access_token={bobs}"));
        Assert.Equal((401, "Bearer error=\"invalid_token\""), await RefuseAsync($"Bearer {Alices}", "&access_token=x"));
    }

    [Theory]
    [InlineData(null, "Bearer")]
    [InlineData("Basic YWxpY2U6", "Bearer")]
    [InlineData("Bearer", "Bearer")]
    [InlineData("Digest username=\"alice\", realm=\"x\"", "Bearer")]
    [InlineData("Bearer x", "Bearer error=\"invalid_token\"")]
    public async Task Refuse_WithoutAValidToken_Answers401WithAChallenge(string? authorization, string challenge) =>
        Assert.Equal((401, challenge), await RefuseAsync(authorization));

    [Fact]
    public async Task Refuse_WithAnotherRecipientsToken_Answers403()
    {
        var bobs = _tokens.Issue(Named.Recipient("bob"), TimeSpan.FromMinutes(5)).Text;
        var capitals = _tokens.Issue(Named.Recipient("Alice"), TimeSpan.FromMinutes(5)).Text;

        Assert.Equal((403, ""), await RefuseAsync($"Bearer {bobs}"));
        Assert.Equal((403, ""), await RefuseAsync($"Bearer {capitals}"));
    }

    [Fact]
    public async Task Refuse_WithTwoTokensOrAnEmptyOne_Answers400()
    {
        Assert.Equal((400, ""), await RefuseAsync((string[])[$"Bearer {Alices}", $"Bearer {Alices}"]));
        Assert.Equal((400, ""), await RefuseAsync(query: $"&access_token={Alices}&access_token=x"));
        Assert.Equal((400, ""), await RefuseAsync(query: "&access_token="));
    }

    [Theory]
    [InlineData("Bearer {0}, Bearer {0}")]
    [InlineData("Bearer {0},bearer x")]
    [InlineData("Bearer {0}, Basic YWxpY2U6")]
    [InlineData("Basic YWxpY2U6, Bearer {0}")]
    public async Task Refuse_WithTwoHeadersThatAProxyJoined_Answers400(string authorization) =>
        Assert.Equal((400, ""), await RefuseAsync(string.Format(CultureInfo.InvariantCulture, authorization, Alices)));

    [Fact]
    public async Task Refuse_WithATokenInTheQueryWhenThatIsOff_Answers400()
    {
        _options.AllowInQuery = false;

        Assert.Equal((400, ""), await RefuseAsync(query: $"&access_token={Alices}"));
        Assert.Equal((400, ""), await RefuseAsync($"Bearer {Alices}", $"&access_token={Alices}"));
        Assert.Null(await RefuseAsync($"Bearer {Alices}"));
    }

    [Fact]
    public async Task Refuse_WhenTokensAreNotRequired_IsNull()
    {
        _options.Required = false;

        Assert.Null(await RefuseAsync());
        Assert.Null(await RefuseAsync("Bearer x", "&access_token=y"));
    }

    private async Task<(int Status, string Challenge)?> RefuseAsync(StringValues authorization = default, string query = "")
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Request.Headers.Authorization = authorization;
        Assert.True(RequestQuery.TryParse($"?rcpt=alice{query}", out var parsed, out _));
        var gate = new TokenGate(Verifier.Of(_options), Options.Create(_options));
        var refused = await gate.RefuseAsync(context.Request, parsed, Named.Recipient("alice")).Bounded();
        if (refused is null)
        {
            return null;
        }

        await refused.ExecuteAsync(context);
        return (context.Response.StatusCode, context.Response.Headers.WWWAuthenticate.ToString());
    }
}
