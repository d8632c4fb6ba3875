using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>What a push sends, and how it is tried again.</summary>
public sealed class PushTests : IDisposable
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
        Assert.Matches("^[0-9a-f-]{36}$", push.Header("Idempotency-Key"));

        push.AnswerJson(HttpStatusCode.Accepted, """{"accepted":[{"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z"}]}""");
        Assert.Equal("1", (await pushing.Bounded()).Id);
    }

    [Fact]
    public async Task PushAsync_WhenSomeCopiesFail_PushesToThoseAgainWithTheSameKey()
    {
        var pushing = Server().PushAsync(["alice", "bob", "carol"], new("hello"), TestContext.Current.CancellationToken);

        var first = await _app.NextAsync();
        first.AnswerFailed("bob", accepted: ["carol", "alice", "mallory"]);

        var second = await _app.NextInTimeAsync();
        Assert.Equal("POST /api/push?rcpt=bob", second.Line);
        Assert.NotNull(first.Header("Idempotency-Key"));
        Assert.Equal(first.Header("Idempotency-Key"), second.Header("Idempotency-Key"));
        Assert.Equal("hello"u8.ToArray(), second.Body);
        second.AnswerAccepted("bob");
        Assert.Equal(["alice", "bob", "carol"], (await pushing.Bounded()).Select(copy => copy.Recipient));
    }

    [Fact]
    public async Task PushAsync_WhenSomeCopiesFailAtEveryAttempt_ThrowsWithBothListsAndTheKey()
    {
        var pushing = Server().PushAsync(["alice", "bob"], new("hello") { Attempts = 2 }, TestContext.Current.CancellationToken);

        (await _app.NextAsync()).AnswerFailed("bob", accepted: ["alice"]);
        var last = await _app.NextInTimeAsync();
        last.AnswerFailed("bob");

        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal("mailbox-full", error.Code);
        Assert.True(error.IsTransient);
        Assert.Equal(["alice"], error.Accepted.Select(copy => copy.Recipient));
        Assert.Equal([new FailedCopy("bob", "mailbox-full")], error.Failed);
        Assert.Equal(last.Header("Idempotency-Key"), error.Key);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task PushAsync_WhenALaterAttemptIsRefused_ThrowsWithWhatIsStored()
    {
        var pushing = Server().PushAsync(["alice", "bob"], new("hello"), TestContext.Current.CancellationToken);

        (await _app.NextAsync()).AnswerFailed("bob", accepted: ["alice"]);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.Unauthorized);

        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.False(error.IsTransient);
        Assert.Equal(["alice"], error.Accepted.Select(copy => copy.Recipient));
        Assert.Equal([new FailedCopy("bob", FuncCometException.UnexpectedAnswer)], error.Failed);
    }

    [Fact]
    public async Task PushAsync_WhenTheQueueIsBeingDeleted_OutlastsIt()
    {
        var pushing = Server().PushAsync("alice", new("hello"), TestContext.Current.CancellationToken);
        var push = await _app.NextAsync();

        for (var attempt = 1; attempt < 5; attempt++)
        {
            var failed = _app.Time.GetUtcNow();
            push.AnswerUnavailable(retryAfter: "30");
            push = await _app.NextInTimeAsync();
            Assert.True(_app.Time.GetUtcNow() - failed >= TimeSpan.FromSeconds(30));
        }

        push.AnswerAccepted("alice");
        Assert.Equal("alice", (await pushing.Bounded()).Recipient);
    }

    [Fact]
    public async Task PushAsync_WhenARecipientIsOverItsLimit_PushesToThatOneAgainAfterTheTimeAskedFor()
    {
        var pushing = Server().PushAsync(["alice", "bob"], new("hello"), TestContext.Current.CancellationToken);
        var first = await _app.NextAsync();
        var refused = _app.Time.GetUtcNow();
        first.AnswerLimited("bob", retryAfter: "20", accepted: ["alice"]);

        var second = await _app.NextInTimeAsync();

        Assert.True(_app.Time.GetUtcNow() - refused >= TimeSpan.FromSeconds(20));
        Assert.Equal("POST /api/push?rcpt=bob", second.Line);
        Assert.Equal(first.Header("Idempotency-Key"), second.Header("Idempotency-Key"));
        second.AnswerAccepted("bob");
        Assert.Equal(["alice", "bob"], (await pushing.Bounded()).Select(copy => copy.Recipient));
    }

    [Fact]
    public async Task PushAsync_WhenTheInstanceIsOverItsLimitAtEveryAttempt_ThrowsWithTheTimeAskedFor()
    {
        var pushing = Server().PushAsync(["alice", "bob"], new("hello") { Attempts = 2 }, TestContext.Current.CancellationToken);
        (await _app.NextAsync()).AnswerLimited(failed: null, retryAfter: "1");

        var last = await _app.NextInTimeAsync();

        Assert.Equal("POST /api/push?rcpt=alice&rcpt=bob", last.Line);
        last.AnswerLimited(failed: null, retryAfter: "7");
        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal("too-many-requests", error.Code);
        Assert.True(error.IsTransient);
        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
        Assert.Equal([new FailedCopy("alice", "too-many-requests"), new FailedCopy("bob", "too-many-requests")], error.Failed);
    }

    [Fact]
    public async Task PushAsync_WhenNoAnswerIsTheApps_TriesAgainWithTheSameKey()
    {
        var pushing = Server().PushAsync("alice", new("hello") { Key = "order-17", Attempts = 8 }, TestContext.Current.CancellationToken);

        // The worker has died; the connection is cut; proxies answer; a captive portal does.
        (await _app.NextAsync()).Answer(HttpStatusCode.InternalServerError);
        (await _app.NextInTimeAsync()).Break(new HttpRequestException("The response ended prematurely."));
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.RequestTimeout);
        (await _app.NextInTimeAsync()).Answer((HttpStatusCode)425);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.TooManyRequests);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.OK, new StringContent("<html>Sign in to this network.</html>"));
        (await _app.NextInTimeAsync()).AnswerJson(HttpStatusCode.Accepted, """{"accepted":[]}""");

        var push = await _app.NextInTimeAsync();
        Assert.Equal("order-17", push.Header("Idempotency-Key"));
        push.AnswerAccepted("alice");
        Assert.Equal("alice", (await pushing.Bounded()).Recipient);
        Assert.Equal(7, _app.Logger.Collector.GetSnapshot().Count(record => record.Id == 4));
    }

    [Fact]
    public async Task PushAsync_WhenCancelledInAPause_EndsIt()
    {
        using var cancelling = new CancellationTokenSource();
        var pushing = Server().PushAsync("alice", new("hello"), cancelling.Token);
        (await _app.NextAsync()).AnswerUnavailable(retryAfter: "30");
        await Await.UntilAsync(() => _app.Logger.Collector.Count == 1, "the pause");

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pushing.Bounded());
        Assert.False(_app.HasRequest);
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
    public async Task PushAsync_WhenNoAnswerComes_TriesFiveTimes()
    {
        var pushing = Server().PushAsync("alice", new("hello"), TestContext.Current.CancellationToken);
        _ = await _app.NextAsync();

        for (var attempt = 2; attempt <= 5; attempt++)
        {
            _app.Time.Advance(TimeSpan.FromSeconds(100));
            _ = await _app.NextInTimeAsync();
        }

        _app.Time.Advance(TimeSpan.FromSeconds(100));
        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal("unreachable: No answer came in time.", error.Message);
        Assert.True(error.IsTransient);
        Assert.Null(error.Status);
        Assert.Empty(error.Accepted);
        Assert.Equal([new FailedCopy("alice", FuncCometException.Unreachable)], error.Failed);
        Assert.False(_app.HasRequest);
    }

    [Theory]
    [InlineData("5", "00:00:05")]
    [InlineData("Thu, 01 Jan 2026 00:01:00 GMT", "00:01:00")]
    [InlineData("999999999", "1.00:00:00")]
    [InlineData("Wed, 31 Dec 2025 23:59:00 GMT", null)]
    public async Task PushAsync_WhenTheLastAnswerHasRetryAfter_ThrowsWithIt(string header, string? wait)
    {
        var pushing = Server().PushAsync("alice", new("hello") { Attempts = 1 }, TestContext.Current.CancellationToken);

        (await _app.NextAsync()).Answer(HttpStatusCode.ServiceUnavailable, header: ("Retry-After", header));

        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal(wait, error.RetryAfter?.ToString());
    }

    // This device's clock is an hour behind the app's.
    [Fact]
    public async Task PushAsync_WhenRetryAfterIsADate_CountsFromTheDateOfTheAnswer()
    {
        var pushing = Server().PushAsync("alice", new("hello") { Attempts = 1 }, TestContext.Current.CancellationToken);

        (await _app.NextAsync()).Answer(
            HttpStatusCode.ServiceUnavailable,
            header: ("Retry-After", "Thu, 01 Jan 2026 01:00:30 GMT"),
            date: new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero));

        var error = await Assert.ThrowsAsync<PushFailedException>(() => pushing.Bounded());
        Assert.Equal(TimeSpan.FromSeconds(30), error.RetryAfter);
    }

    private FuncCometClient Server() => _app.Client(options => options.FunctionKey = "secret");
}
