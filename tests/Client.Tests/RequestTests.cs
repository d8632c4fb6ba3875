using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The requests that the client sends, and how it reads the answers.</summary>
public sealed class RequestTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task PushAsync_WithEveryOption_SendsThemAll()
    {
        var pushing = Server().PushAsync(
            ["alice", "bob & søn"],
            new OutgoingMessage(new byte[] { 0, 255 })
            {
                ContentType = "image/x-any",
                TimeToLive = TimeSpan.FromHours(1),
                Delay = TimeSpan.FromSeconds(5),
                Key = "order-17",
            },
            TestContext.Current.CancellationToken);

        var push = await _app.NextAsync();
        Assert.Equal("POST /api/push?rcpt=alice&rcpt=bob%20%26%20s%C3%B8n&ttl=3600&delay=5", push.Line);
        Assert.Equal([0, 255], push.Body);
        Assert.Equal("image/x-any", push.Header("Content-Type"));
        Assert.Equal("order-17", push.Header("Idempotency-Key"));
        Assert.Equal("secret", push.Header("x-functions-key"));

        push.AnswerJson(HttpStatusCode.Accepted, """
            {"accepted":[
              {"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z"},
              {"rcpt":"bob & søn","id":"1","expires":"2026-01-08T00:00:00.000Z"}]}
            """);
        var expires = new DateTimeOffset(2026, 1, 8, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([new PushedCopy("alice", "1", expires), new PushedCopy("bob & søn", "1", expires)], await pushing.Bounded());
    }

    [Fact]
    public async Task PushAsync_OfAText_SendsUtf8WithItsContentType()
    {
        var pushing = Server().PushAsync("alice", new("grüße"), TestContext.Current.CancellationToken);

        var push = await _app.NextAsync();
        Assert.Equal("POST /api/push?rcpt=alice", push.Line);
        Assert.Equal("grüße"u8.ToArray(), push.Body);
        Assert.Equal("text/plain; charset=utf-8", push.Header("Content-Type"));
        Assert.Null(push.Header("Idempotency-Key"));

        push.AnswerJson(HttpStatusCode.Accepted, """{"accepted":[{"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z"}]}""");
        Assert.Equal("1", (await pushing.Bounded()).Id);
    }

    [Fact]
    public async Task PushAsync_WhenSomeCopiesFail_ThrowsWithBothLists()
    {
        var pushing = Server().PushAsync(["alice", "bob"], new("hello"), TestContext.Current.CancellationToken);

        (await _app.NextAsync()).AnswerProblem(
            HttpStatusCode.ServiceUnavailable,
            "mailbox-full",
            """
            ,"accepted":[{"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z"}]
            ,"failed":[{"rcpt":"bob","type":"urn:funccomet:mailbox-full"}]
            """);

        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal("mailbox-full", error.Code);
        Assert.True(error.IsTransient);
        Assert.Equal(["alice"], error.Accepted.Select(copy => copy.Recipient));
        Assert.Equal([new FailedCopy("bob", "mailbox-full")], error.Failed);
    }

    [Fact]
    public async Task PushAsync_WhenTheFunctionKeyIsWrong_ThrowsWithAHint()
    {
        var pushing = Server().PushAsync("alice", new("hello"), TestContext.Current.CancellationToken);

        (await _app.NextAsync()).Answer(HttpStatusCode.Unauthorized);

        var error = await Assert.ThrowsAsync<FuncCometException>(() => pushing.Bounded());
        Assert.Equal("401 unexpected-answer: The host refused the request: the function key is missing or wrong.", error.Message);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task PushAsync_WhenNoAnswerComes_ThrowsWithoutRetrying()
    {
        var pushing = Server().PushAsync("alice", new("hello"), TestContext.Current.CancellationToken);
        _ = await _app.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(100));

        var error = await Assert.ThrowsAsync<FuncCometException>(() => pushing.Bounded());
        Assert.Equal("unreachable: No answer came in time.", error.Message);
        Assert.True(error.IsTransient);
        Assert.Null(error.Status);
        Assert.False(_app.HasRequest);
    }

    [Theory]
    [InlineData("5", "00:00:05")]
    [InlineData("Thu, 01 Jan 2026 00:01:00 GMT", "00:01:00")]
    [InlineData("999999999", "1.00:00:00")]
    [InlineData("Wed, 31 Dec 2025 23:59:00 GMT", null)]
    public async Task PushAsync_WhenTheAnswerHasRetryAfter_ThrowsWithIt(string header, string? wait)
    {
        var pushing = Server().PushAsync("alice", new("hello"), TestContext.Current.CancellationToken);

        (await _app.NextAsync()).Answer(HttpStatusCode.ServiceUnavailable, header: ("Retry-After", header));

        var error = await Assert.ThrowsAsync<FuncCometException>(() => pushing.Bounded());
        Assert.Equal(wait, error.RetryAfter?.ToString());
    }

    [Fact]
    public async Task PushAsync_WhenATimeIsNotWholeSeconds_Throws()
    {
        var message = new OutgoingMessage("hello") { TimeToLive = TimeSpan.FromSeconds(1.5) };

        await Assert.ThrowsAsync<ArgumentException>(() => Server().PushAsync("alice", message, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task PushAsync_WhenTheRecipientIsNotValidUtf16_Throws() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Server().PushAsync("alice\ud800", new("hello"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task PollAsync_WithoutALease_ReadsTextAndBytes()
    {
        var request = new PollRequest { Timeout = TimeSpan.FromSeconds(3), Max = 32 };
        var polling = _app.Client().PollAsync("alice", request, TestContext.Current.CancellationToken);

        var poll = await _app.NextAsync();
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=3&max=32", poll.Line);
        poll.AnswerJson(HttpStatusCode.OK, """
            {"messages":[
              {"id":"1","time":"2026-01-01T00:00:01.5Z","deliveries":2,"contentType":"text/plain","text":"grüße","key":"order-17"},
              {"id":"2","time":"2026-01-01T00:00:02Z","deliveries":1,"contentType":"application/octet-stream","base64":"AP8B"}],
             "more":"to come"}
            """);

        var messages = await polling.Bounded();
        Assert.Equal("grüße"u8.ToArray(), messages[0].Body.ToArray());
        Assert.Equal("grüße", messages[0].Text);
        Assert.Equal("text/plain", messages[0].ContentType);
        Assert.Equal("order-17", messages[0].Key);
        Assert.Equal(2, messages[0].Deliveries);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 1, 500, TimeSpan.Zero), messages[0].Time);
        Assert.Null(messages[0].Receipt);
        Assert.Equal([0, 255, 1], messages[1].Body.ToArray());
        Assert.Null(messages[1].Key);
    }

    [Fact]
    public async Task PollAsync_WhenThePollTimesOut_ReturnsNothing()
    {
        var request = new PollRequest { Lease = TimeSpan.FromSeconds(5), Acknowledges = ["r-1", "r-2"] };
        var polling = _app.Client().PollAsync("alice", request, TestContext.Current.CancellationToken);

        var poll = await _app.NextAsync();
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=5&max=1&ack=r-1&ack=r-2", poll.Line);
        poll.AnswerNothing();

        Assert.Empty(await polling.Bounded());
    }

    [Fact]
    public async Task PollAsync_WhenTheTokenProviderReturnsNoToken_ThrowsWithoutRevealingIt()
    {
        var client = _app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken("abc\n", DateTimeOffset.MaxValue)));

        var error = await Assert.ThrowsAsync<FuncCometException>(
            () => client.PollAsync("alice", new PollRequest(), TestContext.Current.CancellationToken).Bounded());

        Assert.Equal("bad-token: What the TokenProvider gave is no token.", error.Message);
        Assert.Equal(FuncCometException.BadToken, error.Code);
        Assert.True(error.IsTransient);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task PollAsync_WhenCancelled_ThrowsWithTheCallersToken()
    {
        using var cancelling = new CancellationTokenSource();
        var polling = _app.Client().PollAsync("alice", new PollRequest(), cancelling.Token);
        _ = await _app.NextAsync();

        await cancelling.CancelAsync();

        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => polling.Bounded());
        Assert.Equal(cancelling.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task AcknowledgeAsync_WhenAReceiptHasExpired_Throws()
    {
        var acknowledging = _app.Client().AcknowledgeAsync("alice", ["r-1", "r-2"], TestContext.Current.CancellationToken);

        var ack = await _app.NextAsync();
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-1&receipt=r-2", ack.Line);
        ack.AnswerProblem(HttpStatusCode.Gone, "receipt-expired", ",\"expired\":[\"r-1\"]");

        Assert.Equal("receipt-expired", (await Assert.ThrowsAsync<FuncCometException>(() => acknowledging.Bounded())).Code);
    }

    [Fact]
    public async Task AcknowledgeAsync_WhenTheAnswerIsNotTheApps_Throws()
    {
        var acknowledging = _app.Client().AcknowledgeAsync("alice", ["r-1"], TestContext.Current.CancellationToken);

        (await _app.NextAsync()).Answer(HttpStatusCode.OK, new StringContent("<html>Sign in to this network.</html>"));

        var error = await Assert.ThrowsAsync<FuncCometException>(() => acknowledging.Bounded());
        Assert.Equal(FuncCometException.UnexpectedAnswer, error.Code);
    }

    [Fact]
    public async Task GetTokenAsync_WhenTheAppIssuesAToken_ReturnsItAndToStringHidesIt()
    {
        var asking = Server().GetTokenAsync("alice", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("POST /api/token?rcpt=alice&ttl=300", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"token":"a.b.c","rcpt":"alice","expires":"2026-01-01T00:05:00.000Z"}""");

        var token = await asking.Bounded();
        Assert.Equal(new RecipientToken("a.b.c", new DateTimeOffset(2026, 1, 1, 0, 5, 0, TimeSpan.Zero)), token);
        Assert.Equal("RecipientToken { Expires = 2026-01-01T00:05:00.0000000+00:00 }", token.ToString());
    }

    private FuncCometClient Server() => _app.Client(options => options.FunctionKey = "secret");
}
