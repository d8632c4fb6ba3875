using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The requests that the client sends, and how it reads the answers.</summary>
public sealed class RequestTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

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
