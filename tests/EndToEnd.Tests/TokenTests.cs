using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace FuncComet.EndToEnd.Tests;

/// <summary>
/// Tokens. What the tests expect depends on the target: an app that requires tokens must refuse requests without one, an app that does not
/// must accept them, and an app without a signing key must say so.
/// </summary>
public sealed class TokenTests(Target target)
{
    [Fact]
    public async Task Token_OfARecipient_AllowsPollsAcknowledgementsAndChangesOfLeasesOfThatRecipientOnly()
    {
        var (alice, bob) = (Target.NewRecipient(), Target.NewRecipient());
        if (!target.IssuesTokens)
        {
            using var refused = await target.PostAsync($"token?rcpt={alice}", new ByteArrayContent([]));
            await refused.AssertProblemAsync(HttpStatusCode.NotImplemented, "tokens-not-configured");
            return;
        }

        using var pushed = await target.PushAsync(alice, "hello");
        var token = (await IssueAsync(alice)).GetProperty("token").GetString();

        using var polled = await StrangerAsync(HttpMethod.Get, $"poll?rcpt={alice}&lease=60", token);
        using var renewed = await StrangerAsync(
            HttpMethod.Post, $"lease?rcpt={alice}&seconds=60&receipt={polled.Header("Comet-Receipt")}", token);
        using var acknowledged = await StrangerAsync(HttpMethod.Post, $"ack?rcpt={alice}&receipt={polled.Header("Comet-Receipt")}", token);
        using var atBobs = await StrangerAsync(HttpMethod.Get, $"poll?rcpt={bob}&timeout=0", token);

        Assert.Equal("hello", await polled.TextAsync());
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, acknowledged.StatusCode);
        if (target.RequiresTokens)
        {
            await atBobs.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }
        else
        {
            Assert.Equal(HttpStatusCode.NoContent, atBobs.StatusCode);
        }
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("GET", "poll?timeout=0&rcpt=", HttpStatusCode.NoContent)]
    [InlineData("POST", "ack?receipt=x&rcpt=", HttpStatusCode.BadRequest)]
    [InlineData("POST", "lease?receipt=x&seconds=5&rcpt=", HttpStatusCode.BadRequest)]
    public async Task Call_WithoutAToken_IsRefusedIfTokensAreRequired(string method, string path, HttpStatusCode accepted)
    {
        using var answer = await StrangerAsync(new HttpMethod(method), path + Target.NewRecipient(), token: null);

        if (!target.RequiresTokens)
        {
            Assert.Equal(accepted, answer.StatusCode);
            return;
        }

        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Token_InTheQuery_CountsWhateverTheHeaderSays()
    {
        var alice = Target.NewRecipient();
        var token = target.IssuesTokens ? (await IssueAsync(alice)).GetProperty("token").GetString() : "none";

        using var inQuery = await StrangerAsync(HttpMethod.Get, $"poll?rcpt={alice}&timeout=0&access_token={token}", token: null);
        using var both = await StrangerAsync(HttpMethod.Get, $"poll?rcpt={alice}&timeout=0&access_token={token}", token: "a proxy's own");

        Assert.Equal(HttpStatusCode.NoContent, inQuery.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, both.StatusCode);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Token_WhenIssued_NamesItsRecipientAndItsExpiry()
    {
        const string recipient = "Ünïcode 🚀 \"quoted\"";
        var before = DateTimeOffset.UtcNow;

        using var issued = await target.PostAsync($"token?rcpt={Uri.EscapeDataString(recipient)}&ttl=90", new ByteArrayContent([]));

        if (!target.IssuesTokens)
        {
            await issued.AssertProblemAsync(HttpStatusCode.NotImplemented, "tokens-not-configured");
            return;
        }

        Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
        Assert.Equal("application/json", issued.Content.Headers.ContentType?.MediaType);
        issued.AssertNoStore();
        var body = await issued.JsonAsync();
        Assert.Equal(["token", "rcpt", "expires"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(recipient, body.GetProperty("rcpt").GetString());
        var claims = Claims(body.GetProperty("token").GetString()!);
        Assert.Equal(recipient, claims.GetProperty("sub").GetString());
        var expires = body.GetProperty("expires").GetDateTimeOffset();
        Assert.Equal(expires, DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()));
        Assert.Equal(90, claims.GetProperty("exp").GetInt64() - claims.GetProperty("nbf").GetInt64());
        Assert.Equal(90, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.InRange(expires, before.AddSeconds(90 - 60), before.AddSeconds(90 + 120));
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("59")]
    [InlineData("86401")]
    [InlineData("-1")]
    [InlineData("1h")]
    [InlineData("")]
    [InlineData("60&ttl=61")]
    public async Task Token_WithAnInvalidTtl_IsRefusedWithItsRange(string ttl)
    {
        using var issued = await target.PostAsync($"token?rcpt={Target.NewRecipient()}&ttl={ttl}", new ByteArrayContent([]));

        var problem = await issued.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "ttl");
        Assert.Contains("60 to 86400", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Token_WithoutARecipient_IsRefused()
    {
        using var issued = await target.PostAsync("token?ttl=60", new ByteArrayContent([]));

        await issued.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-recipient", "rcpt");
    }

    private async Task<JsonElement> IssueAsync(string recipient)
    {
        using var issued = await target.PostAsync($"token?rcpt={recipient}", new ByteArrayContent([]));
        return await issued.JsonAsync();
    }

    private async Task<HttpResponseMessage> StrangerAsync(HttpMethod method, string pathAndQuery, string? token)
    {
        using var request = new HttpRequestMessage(method, pathAndQuery);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await target.Stranger.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static JsonElement Claims(string token)
    {
        var payload = token.Split('.')[1];
        return JsonDocument.Parse(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(payload))).RootElement;
    }
}
