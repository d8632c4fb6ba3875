using System.Net;
using System.Text;
using FuncComet.Testing;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Tests;

/// <summary>How <c>ReadAllAsync</c> finds out that something in front of the app ends requests after a time, here 30 seconds.</summary>
public sealed class ReadingLimitTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, Action<ScriptedRequest>> Ends = new()
    {
        ["408"] = poll => poll.Answer(HttpStatusCode.RequestTimeout),
        ["502"] = poll => poll.Answer(HttpStatusCode.BadGateway, Html()),
        ["504"] = poll => poll.Answer(HttpStatusCode.GatewayTimeout, Html()),
        ["500"] = poll => poll.Answer(HttpStatusCode.InternalServerError),
        ["503"] = poll => poll.Answer(HttpStatusCode.ServiceUnavailable, Html()),
        ["403"] = poll => poll.Answer(HttpStatusCode.Forbidden, Html()),
        ["200"] = poll => poll.Answer(HttpStatusCode.OK, Html()),
        ["another problem"] = poll => poll.Answer(
            HttpStatusCode.GatewayTimeout, new StringContent("""{"type":"about:blank"}""", Encoding.UTF8, "application/problem+json")),
        ["reset"] = poll => poll.Break(new HttpRequestException("Connection reset by peer.")),
        ["closed"] = poll => poll.Break(new HttpRequestException(HttpRequestError.ResponseEnded)),
        ["204"] = poll => poll.AnswerNothing(),
        ["the app's 503"] = poll => poll.AnswerUnavailable(),
        ["no connection"] = poll => poll.Break(new HttpRequestException(HttpRequestError.ConnectionError)),
        ["no name"] = poll => poll.Break(new HttpRequestException(HttpRequestError.NameResolutionError)),
        ["the HttpClient's timeout"] = poll => poll.Break(new TaskCanceledException("HttpClient's timeout.")),
    };

    private readonly ScriptedApp _app = new();

    public static TheoryData<string> Cuts => [.. Ends.Keys.TakeWhile(end => end != "204")];

    public static TheoryData<string> OtherEnds => [.. Ends.Keys.SkipWhile(end => end != "204")];

    public void Dispose() => _app.Dispose();

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task ReadAllAsync_WhenPollsAreCut_AsksForLessAndTellsItOnce(string cut)
    {
        var messages = await _app.ReadOneAsync();
        var next = messages.NextAsync();

        AssertAsks("timeout=220&lease=60&", await EndAsync(cut));
        AssertAsks("timeout=220&lease=15&", await EndAsync(cut));
        AssertAsks("timeout=24&lease=15&", await EndAsync("204", after: 24));
        AssertAsks("timeout=24&lease=60&", await EndAsync("204", after: 24));

        (await _app.NextAsync()).AnswerMessages("2");
        Assert.True(await next.Bounded());
        var told = Assert.Single(_app.Logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Information);
        Assert.Equal("Requests are ended after 30 s, so polls ask for 24 s", told.Message);
    }

    [Theory]
    [MemberData(nameof(OtherEnds))]
    public async Task ReadAllAsync_WhenPollsEndOtherwise_AsksForTheWholeTime(string end)
    {
        var messages = await _app.ReadOneAsync();
        _ = messages.NextAsync();

        for (var polls = 0; polls < 4; polls++)
        {
            AssertAsks("timeout=220&lease=60&", await EndAsync(end));
        }
    }

    [Fact]
    public async Task ReadAllAsync_WhenTokensCannotBeHad_AsksForTheWholeTime()
    {
        var fails = true;
        var client = _app.Client(options => options.TokenProvider = (_, _) =>
        {
            _app.Time.Advance(fails ? Limit : TimeSpan.Zero);
            return fails
                ? Task.FromException<RecipientToken>(new HttpRequestException("Connection reset by peer."))
                : Task.FromResult(new RecipientToken("token", _app.Time.GetUtcNow() + TimeSpan.FromDays(1)));
        });
        _ = _app.Read(client).NextAsync();
        await Await.UntilAsync(
            () =>
            {
                _app.Time.Advance(TimeSpan.FromSeconds(1));
                return _app.Logger.Collector.Count >= 3;
            },
            "three polls without a token");

        fails = false;

        AssertAsks("timeout=220&lease=60&", (await _app.NextInTimeAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAnotherReaderHasFoundTheLimit_AsksForLess()
    {
        var client = _app.Client();
        _ = _app.Read(client).NextAsync();
        await EndAsync("504");
        await EndAsync("504");
        _ = await _app.NextInTimeAsync();

        _ = _app.Read(client, "bob").NextAsync();

        AssertAsks("rcpt=bob&timeout=24&lease=15&", (await _app.NextAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_WithAShortLease_RenewsInTimeAndForTheUsualLease()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        await EndAsync("504");
        (await _app.NextInTimeAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
        var arrived = _app.Time.GetUtcNow();

        var renewal = await _app.NextInTimeAsync();

        Assert.StartsWith("POST /api/lease?rcpt=alice&seconds=60&", renewal.Line, StringComparison.Ordinal);
        Assert.InRange(_app.Time.GetUtcNow() - arrived, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(10));
        renewal.AnswerRenewed();
        arrived = _app.Time.GetUtcNow();
        renewal = await _app.NextInTimeAsync();
        Assert.StartsWith("POST /api/lease?rcpt=alice&seconds=60&", renewal.Line, StringComparison.Ordinal);
        Assert.InRange(_app.Time.GetUtcNow() - arrived, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(32));
    }

    [Fact]
    public async Task ReadAllAsync_WithAShortLeaseThatCannotBeRenewed_GivesTheNextMessageUp()
    {
        var messages = await _app.ReadOneAsync();
        var next = messages.NextAsync();
        await EndAsync("504");
        (await _app.NextInTimeAsync()).AnswerMessages("2", "3");
        Assert.True(await next.Bounded());
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.BadRequest);
        _app.Time.Advance(TimeSpan.FromSeconds(7));

        next = messages.NextAsync();

        var poll = await _app.NextInTimeAsync();
        Assert.EndsWith("&ack=r-2", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("4");
        Assert.True(await next.Bounded());
        Assert.Equal("4", messages.Current.Id);
    }

    [Theory]
    [InlineData(60, 0, "lease=60&")]
    [InlineData(10, 3_600, "lease=10&")]
    public async Task ReadAllAsync_WhenLeasesAreNotRenewedOrShorterAnyway_AsksForTheUsualLease(int lease, int renewFor, string asked)
    {
        var client = _app.Client(options =>
        {
            options.Lease = TimeSpan.FromSeconds(lease);
            options.RenewFor = TimeSpan.FromSeconds(renewFor);
        });
        _ = _app.Read(client).NextAsync();

        await EndAsync("504");

        AssertAsks(asked, (await _app.NextInTimeAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_FiveMinutesAfterTheLimitWasFound_Probes()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        await EndAsync("504");
        await EndAsync("504");
        await EndAsync("204", after: 24);
        var poll = await _app.NextAsync();
        _app.Time.Advance(TimeSpan.FromMinutes(5));
        poll.AnswerNothing();

        AssertAsks("timeout=220&lease=15&", await EndAsync("204", after: 220));

        AssertAsks("timeout=220&lease=60&", await EndAsync("204", after: 220));
        (await _app.NextAsync()).AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    // Ends the next poll and returns its line.
    private async Task<string> EndAsync(string how, double? after = null)
    {
        var poll = await _app.NextInTimeAsync();
        _app.Time.Advance(after is { } seconds ? TimeSpan.FromSeconds(seconds) : Limit);
        Ends[how](poll);
        return poll.Line;
    }

    private static StringContent Html() => new("<html>", Encoding.UTF8, "text/html");

    private static void AssertAsks(string part, string line) => Assert.Contains(part, $"{line}&", StringComparison.Ordinal);
}
