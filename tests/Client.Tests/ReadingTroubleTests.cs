using System.Net;
using FuncComet.Client.Reading;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>How <c>ReadAllAsync</c> behaves after errors, empty answers and expired tokens.</summary>
public sealed class ReadingTroubleTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task ReadAllAsync_WhenPollsTimeOut_PollsAgainAtOnce()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();

        for (var polls = 0; polls < 20; polls++)
        {
            var poll = await _app.NextAsync();
            _app.Time.Advance(TimeSpan.FromSeconds(220));
            poll.AnswerNothing();
        }

        (await _app.NextAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.Empty(_app.Logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task ReadAllAsync_WhenOnePollGetsAnEarly204_PollsAgainAtOnce()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerNothing();

        (await _app.NextAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenEveryPollGetsAnEarly204_PausesBetweenPolls()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerNothing();

        for (var pauses = 1; pauses <= 3; pauses++)
        {
            (await _app.NextInTimeAsync(step: TimeSpan.FromMilliseconds(50))).AnswerNothing();
            await Await.UntilAsync(() => _app.Logger.Collector.Count == pauses, "the pause");
            Assert.False(_app.HasRequest);
        }

        (await _app.NextInTimeAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenPollsFail_PollsAgainWithTheSameAcknowledgements()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
        next = messages.NextAsync();

        (await _app.NextAsync()).Break(new HttpRequestException("Connection refused."));
        (await _app.NextInTimeAsync()).Break(new TaskCanceledException("HttpClient's timeout."));
        (await _app.NextInTimeAsync()).AnswerUnavailable();
        (await _app.NextInTimeAsync()).AnswerProblem(HttpStatusCode.ServiceUnavailable, "too-many-polls");
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.InternalServerError);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.TooManyRequests);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.BadGateway, new StringContent("<html>"));
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.OK, new StringContent("<html>Sign in to this network.</html>"));

        var poll = await _app.NextInTimeAsync();
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAnAnswerHasRetryAfter_WaitsThatLong()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        var poll = await _app.NextAsync();
        var failed = _app.Time.GetUtcNow();

        poll.AnswerUnavailable(retryAfter: "90");

        poll = await _app.NextInTimeAsync();
        Assert.True(_app.Time.GetUtcNow() - failed >= TimeSpan.FromSeconds(90));
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenAPollIsNotAnswered_CancelsItAndPollsAgain()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        var lost = await _app.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(250));

        (await _app.NextInTimeAsync()).AnswerMessages("1");
        Assert.True(lost.IsCancelled);
        Assert.True(await next.Bounded());
    }

    [Theory]
    [InlineData(100, "timeout=90&")]
    [InlineData(300, "timeout=220&")]
    [InlineData(21, "timeout=11&")]
    [InlineData(5, "timeout=2&")]
    public async Task ReadAllAsync_WhenTheHttpClientHasATimeout_PollsForLess(int seconds, string timeout)
    {
        var messages = _app.Read(_app.Client(httpTimeout: TimeSpan.FromSeconds(seconds)));
        var next = messages.NextAsync();

        var poll = await _app.NextAsync();

        Assert.Contains(timeout, poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "bad-recipient")]
    [InlineData(HttpStatusCode.Unauthorized, "unauthorized")]
    [InlineData(HttpStatusCode.Forbidden, "forbidden")]
    public async Task ReadAllAsync_WhenAnErrorIsNotTransient_Throws(HttpStatusCode status, string code)
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerProblem(status, code, ",\"parameter\":\"rcpt\"");

        var error = await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded());
        Assert.Equal(code, error.Code);
        Assert.Equal(status, error.Status);
        Assert.Equal("rcpt", error.Parameter);
        Assert.Equal("What to change.", error.Detail);
        Assert.Equal($"{(int)status} {code}: What to change.", error.Message);
        Assert.False(error.IsTransient);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheAddressDoesNotExist_ThrowsWithAHint()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();

        (await _app.NextAsync()).Answer(HttpStatusCode.NotFound);

        var error = await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded());
        Assert.Equal(
            "404 unexpected-answer: There is no such function: BaseAddress needs the route prefix, as in https://….azurewebsites.net/api.",
            error.Message);
    }

    [Fact]
    public async Task ReadAllAsync_WhenATokenIsAboutToExpire_RenewsItBeforeThePoll()
    {
        var tokens = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (recipient, _) =>
            Task.FromResult(new RecipientToken($"{recipient}-{++tokens}", _app.Time.GetUtcNow() + TimeSpan.FromMinutes(5)))));
        var next = messages.NextAsync();

        var poll = await _app.NextAsync();
        Assert.Equal("Bearer alice-1", poll.Header("Authorization"));
        _app.Time.Advance(TimeSpan.FromSeconds(220));
        poll.AnswerNothing();
        poll = await _app.NextAsync();
        Assert.Equal("Bearer alice-1", poll.Header("Authorization"));

        // After 270 of 300 seconds: the client renews a token 30 seconds before it expires.
        _app.Time.Advance(TimeSpan.FromSeconds(50));
        poll.AnswerNothing();
        poll = await _app.NextAsync();
        Assert.Equal("Bearer alice-2", poll.Header("Authorization"));
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenATokenIsRefused_TriesOneNewToken()
    {
        var tokens = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken($"{++tokens}", DateTimeOffset.MaxValue))));
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");
        var poll = await _app.NextAsync();
        Assert.Equal("Bearer 2", poll.Header("Authorization"));
        poll.AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");

        var error = await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded());
        Assert.Equal("unauthorized", error.Code);
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAnotherReadHasReplacedTheRefusedToken_UsesThatOne()
    {
        var tokens = 0;
        var client = _app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken($"{++tokens}", DateTimeOffset.MaxValue)));
        var one = _app.Read(client).NextAsync();
        var oldOfOne = await _app.NextAsync();
        var other = _app.Read(client).NextAsync();
        var oldOfOther = await _app.NextAsync();

        oldOfOne.AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer 2", (await _app.NextAsync()).Header("Authorization"));
        oldOfOther.AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");

        Assert.Equal("Bearer 2", (await _app.NextAsync()).Header("Authorization"));
        Assert.Equal(2, tokens);
        Assert.False(one.IsCompleted);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheTokenProviderFails_AsksAgainLater()
    {
        var asked = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (_, _) =>
            ++asked < 3
                ? throw new HttpRequestException("Connection refused.")
                : Task.FromResult(new RecipientToken("good", DateTimeOffset.MaxValue))));

        var next = messages.NextAsync();

        (await _app.NextInTimeAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData("<html>Sign in to this network.</html>")]
    [InlineData("abc\n")]
    [InlineData("grün")]
    [InlineData("")]
    public async Task ReadAllAsync_WhenTheTokenProviderReturnsNoToken_AsksAgainLater(string given)
    {
        var asked = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken(++asked == 1 ? given : "good", DateTimeOffset.MaxValue))));

        var next = messages.NextAsync();

        var poll = await _app.NextInTimeAsync();
        Assert.Equal("Bearer good", poll.Header("Authorization"));
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.Equal(2, asked);
    }

    [Fact]
    public void Next_WhenFailuresContinue_DoublesTheLongestPauseUpTo30Seconds()
    {
        var backoff = new Backoff(new AlmostOne());

        var pauses = Enumerable.Range(0, 9).Select(_ => Math.Round(backoff.Next().TotalSeconds, 1)).ToList();
        backoff.Reset();

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
        Assert.Equal(0.5, Math.Round(backoff.Next().TotalSeconds, 1));
        Assert.InRange(new Backoff(new Random(1)).Next(), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    private sealed class AlmostOne : Random
    {
        public override double NextDouble() => 0.999_999;
    }
}
