using System.Net;

namespace FuncComet.EndToEnd.Tests;

public sealed class ErrorTests(Target target)
{
    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("GET", "push", "POST, DELETE")]
    [InlineData("PUT", "push", "POST, DELETE")]
    [InlineData("PATCH", "push", "POST, DELETE")]
    [InlineData("POST", "poll", "GET")]
    [InlineData("PUT", "poll", "GET")]
    [InlineData("PATCH", "poll", "GET")]
    [InlineData("DELETE", "poll", "GET")]
    [InlineData("POST", "health", "GET")]
    [InlineData("POST", "presence", "GET")]
    [InlineData("POST", "deadletters", "GET, DELETE")]
    [InlineData("GET", "deadletters/redrive", "POST")]
    [InlineData("POST", "mailbox", "GET, DELETE")]
    [InlineData("DELETE", "mailbox/messages", "GET")]
    [InlineData("POST", "mailboxes", "GET")]
    [InlineData("POST", "about", "GET")]
    [InlineData("GET", "ack", "POST")]
    [InlineData("GET", "lease", "POST")]
    public async Task Call_WithAnotherMethod_IsNotAllowed(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?rcpt={Target.NewRecipient()}");

        using var answer = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        await answer.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        Assert.Equal(allowed, answer.Content.Headers.NonValidated["Allow"].ToString());
    }

    [Theory]
    [InlineData("HEAD", "push", "POST, DELETE")]
    [InlineData("HEAD", "poll", "GET")]
    [InlineData("HEAD", "health", "GET")]
    [InlineData("HEAD", "mailbox", "GET, DELETE")]
    [InlineData("OPTIONS", "push", "POST, DELETE")]
    [InlineData("OPTIONS", "poll", "GET")]
    public async Task Call_WithHeadOrOptions_IsNotAllowed(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?rcpt={Target.NewRecipient()}");

        using var answer = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, answer.Content.Headers.NonValidated["Allow"].ToString());
        answer.AssertNoStore();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Push_Of48001Bytes_IsTooLarge(bool chunked)
    {
        var recipient = Target.NewRecipient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"push?rcpt={recipient}");
        request.Content = new ByteArrayContent(new byte[48_001]);
        request.Headers.TransferEncodingChunked = chunked;

        using var pushed = await target.Http.SendAsync(request, TestContext.Current.CancellationToken);

        var problem = await pushed.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "message-too-large", "body");
        Assert.Contains("48000", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var polled = await target.PollAsync(recipient, timeout: 0);
        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Theory]
    [InlineData("Content-Type", 201)]
    [InlineData("Idempotency-Key", 129)]
    public async Task Push_WithAHeaderThatIsTooLong_IsRefused(string header, int length)
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.TryAddWithoutValidation(header, new string('a', length));

        using var pushed = await target.PushAsync(Target.NewRecipient(), content);

        await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", header);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    public async Task Push_WithAnInvalidIdempotencyKey_IsRefused(string key)
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.TryAddWithoutValidation("Idempotency-Key", key);

        using var pushed = await target.PushAsync(Target.NewRecipient(), content);

        await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "Idempotency-Key");
    }

    // HttpClient joins the values of a header, as the proxy of the Functions host does. Two lines are sent by HeaderTests of LocalHost.
    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("Content-Type", "text/plain", "text/html")]
    [InlineData("Idempotency-Key", "a", "b")]
    public async Task Push_WithAHeaderGivenTwice_IsRefused(string header, params string[] values)
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.TryAddWithoutValidation(header, values);

        using var pushed = await target.PushAsync(Target.NewRecipient(), content);

        await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", header);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Push_WithAContentCoding_IsRefused()
    {
        using var content = new ByteArrayContent([0x1F, 0x8B]);
        content.Headers.ContentEncoding.Add("gzip");

        using var pushed = await target.PushAsync(Target.NewRecipient(), content);

        await pushed.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-encoding", "Content-Encoding");
        Assert.Equal("identity", pushed.Header("Accept-Encoding"));
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("0")]
    [InlineData("2592001")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("1&ttl=2")]
    public async Task Push_WithAnInvalidTtl_IsRefusedWithItsRange(string ttl)
    {
        using var pushed = await target.PushAsync(Target.NewRecipient(), new StringContent("x"), $"&ttl={ttl}");

        var problem = await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "ttl");
        Assert.Contains("1 to 2592000", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("&delay=-1", "0 to 604800")]
    [InlineData("&delay=604801", "0 to 604800")]
    [InlineData("&delay=1.5", "0 to 604800")]
    [InlineData("&delay=", "0 to 604800")]
    [InlineData("&delay=5&ttl=5", "less than ttl (5 seconds)")]
    [InlineData("&delay=6&ttl=5", "less than ttl (5 seconds)")]
    [InlineData("&delay=604800", "less than ttl (604800 seconds)")]
    public async Task Push_WithAnInvalidDelay_IsRefusedWithItsRange(string query, string range)
    {
        using var pushed = await target.PushAsync(Target.NewRecipient(), new StringContent("x"), query);

        var problem = await pushed.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "delay");
        Assert.Contains(range, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Trait("Changes", "nothing")]
    [Theory]
    [InlineData("lease", "4", "5 to 3600")]
    [InlineData("lease", "3601", "5 to 3600")]
    [InlineData("lease", "", "5 to 3600")]
    [InlineData("lease", "1.5", "5 to 3600")]
    [InlineData("max", "0", "1 to 32")]
    [InlineData("max", "33", "1 to 32")]
    [InlineData("max", "", "1 to 32")]
    [InlineData("max", "-1", "1 to 32")]
    public async Task Poll_WithAnInvalidNumber_IsRefusedWithItsRange(string parameter, string value, string range)
    {
        using var polled = await target.GetAsync($"poll?rcpt={Target.NewRecipient()}&timeout=0&{parameter}={value}");

        var problem = await polled.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", parameter);
        Assert.Contains(range, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Poll_WithAnUnknownParameter_IgnoresIt()
    {
        using var polled = await target.GetAsync($"poll?rcpt={Target.NewRecipient()}&timeout=0&_=1763880000");

        Assert.Equal(HttpStatusCode.NoContent, polled.StatusCode);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task Health_WhenTheStorageAnswers_IsOkWithoutABody()
    {
        using var answer = await target.GetAsync("health");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.BytesAsync());
        answer.AssertNoStore();
    }
}
