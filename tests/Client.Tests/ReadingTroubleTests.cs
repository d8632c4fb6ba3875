using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>How <c>ReadAllAsync</c> behaves after errors and empty answers.</summary>
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
        (await _app.NextInTimeAsync()).Break(new SocketException((int)SocketError.NotConnected));
        (await _app.NextInTimeAsync()).Break(new TaskCanceledException("HttpClient's timeout."));
        (await _app.NextInTimeAsync()).AnswerUnavailable();
        (await _app.NextInTimeAsync()).AnswerProblem(HttpStatusCode.ServiceUnavailable, "too-many-polls");
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.InternalServerError);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.TooManyRequests);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.RequestTimeout);
        (await _app.NextInTimeAsync()).Answer((HttpStatusCode)425);
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

    [Fact]
    public async Task ReadAllAsync_WhenHeldPollsAreCutOff_DoesNotIncreaseThePause()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        Action<ScriptedRequest>[] cuts =
        [
            poll => poll.Answer(HttpStatusCode.InternalServerError),
            poll => poll.Answer(HttpStatusCode.BadGateway),
            poll => poll.Answer(HttpStatusCode.GatewayTimeout, new StringContent("<html>")),
            poll => poll.Break(new HttpRequestException("The response ended prematurely.")),
        ];

        foreach (var cut in cuts.Concat(cuts).Concat(cuts))
        {
            var held = await _app.NextInTimeAsync();
            _app.Time.Advance(TimeSpan.FromSeconds(100));
            cut(held);
        }

        (await _app.NextInTimeAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.Equal(12, Pauses().Count);
        Assert.All(Pauses(), pause => Assert.True(pause <= TimeSpan.FromMilliseconds(500), $"{pause}"));
    }

    [Fact]
    public async Task ReadAllAsync_WhenPollsFailAtOnce_IncreasesThePause()
    {
        var messages = _app.Read(_app.Client());
        _ = messages.NextAsync();

        for (var failures = 0; failures < 20; failures++)
        {
            (await _app.NextInTimeAsync(step: TimeSpan.FromSeconds(1))).Answer(HttpStatusCode.InternalServerError);
        }

        _ = await _app.NextInTimeAsync(step: TimeSpan.FromSeconds(1));
        Assert.Contains(Pauses(), pause => pause > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task ReadAllAsync_WhenA204HasRetryAfter_WaitsARandomShareOfIt()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        var poll = await _app.NextAsync();

        for (var stops = 1; stops <= 5; stops++)
        {
            _app.Time.Advance(TimeSpan.FromSeconds(1));
            poll.AnswerNothing(retryAfter: "60");
            await Await.UntilAsync(() => Pauses().Count == stops, "the pause");
            Assert.False(_app.HasRequest);
            poll = await _app.NextInTimeAsync();
        }

        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.All(Pauses(), pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(60)));
        Assert.Equal(5, Pauses().Distinct().Count());
    }

    private List<TimeSpan> Pauses() =>
    [
        .. _app.Logger.Collector.GetSnapshot()
            .Select(record => record.GetStructuredStateValue("Pause"))
            .OfType<string>()
            .Select(pause => TimeSpan.Parse(pause, CultureInfo.InvariantCulture)),
    ];
}
