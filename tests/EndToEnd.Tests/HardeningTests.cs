using System.Net;
using System.Net.Http.Headers;

namespace FuncComet.EndToEnd.Tests;

public sealed class HardeningTests(Target target)
{
    [Theory]
    [InlineData("")]
    [InlineData("&max=1")]
    public async Task Poll_OfAnHtmlPage_IsAnsweredSoThatBrowsersDoNotRunIt(string form)
    {
        var recipient = Target.NewRecipient();
        using var content = new StringContent("<script>alert(1)</script>");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/html");
        using var pushed = await target.PushAsync(recipient, content);

        using var polled = await target.GetAsync($"poll?rcpt={recipient}{form}");

        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        AssertHarmless(polled);
        if (form.Length > 0)
        {
            Assert.DoesNotContain("<script>", await polled.TextAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("poll?timeout=0&rcpt=hardening")]
    [InlineData("poll?timeout=%3Cscript%3E&rcpt=hardening")]
    [InlineData("poll?%3Cscript%3E=%FF&rcpt=hardening")]
    [InlineData("poll")]
    [InlineData("push")]
    [InlineData("health")]
    [InlineData("mailbox?rcpt=%3Cscript%3E")]
    public async Task AnyAnswer_IsNotCachedSniffedOrRun(string pathAndQuery)
    {
        using var answer = await target.GetAsync(pathAndQuery);

        AssertHarmless(answer);
        Assert.DoesNotContain("<script>", await answer.TextAsync(), StringComparison.Ordinal);
    }

    [Trait("Changes", "nothing")]
    [Fact]
    public async Task AnyAnswer_ExposesItsHeadersToOtherOrigins()
    {
        using var polled = await target.PollAsync(Target.NewRecipient(), timeout: 0);

        Assert.Equal(
            "Comet-Message-Id, Comet-Time, Comet-Deliveries, Comet-Receipt, Comet-Expired, Idempotency-Key, Preference-Applied, "
            + "Retry-After, WWW-Authenticate",
            polled.Header("Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task Poll_WithAQueryOfMoreThan8000Bytes_IsRefused()
    {
        using var answer = await target.GetAsync(PollWithQueryOf(8_001));

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "bad-parameter", "query");
    }

    [Fact]
    public async Task Poll_WithAQueryOf8000Bytes_IsAccepted()
    {
        using var answer = await target.GetAsync(PollWithQueryOf(8_000));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static string PollWithQueryOf(int length) => $"poll{"?rcpt=hardening&timeout=0&x=".PadRight(length, 'x')}";

    private static void AssertHarmless(HttpResponseMessage answer)
    {
        answer.AssertNoStore();
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no", answer.Header("X-Accel-Buffering"));
        Assert.Equal("sandbox", answer.Header("Content-Security-Policy"));
    }
}
