using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>When the client asks its <c>TokenProvider</c>, and what it does with what that gives.</summary>
public sealed class TokenProviderTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

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
    [InlineData("abc def")]
    [InlineData("abc\r\nX-Injected: yes")]
    [InlineData("grün")]
    [InlineData(" ")]
    [InlineData("")]
    [InlineData(null)]
    public async Task ReadAllAsync_WhenTheTokenProviderReturnsNoToken_AsksAgainLater(string? given)
    {
        var asked = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken(++asked == 1 ? given! : "good", DateTimeOffset.MaxValue))));

        var next = messages.NextAsync();

        var poll = await _app.NextInTimeAsync();
        Assert.Equal("Bearer good", poll.Header("Authorization"));
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task PollAsync_WhenTheTokenProviderReturnsNoToken_ThrowsWithoutRevealingIt()
    {
        var client = _app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken("abc def", DateTimeOffset.MaxValue)));

        var error = await Assert.ThrowsAsync<FuncCometException>(
            () => client.PollAsync("alice", new PollRequest(), TestContext.Current.CancellationToken).Bounded());

        Assert.Equal("bad-token: What the TokenProvider gave is no token.", error.Message);
        Assert.Equal(FuncCometException.BadToken, error.Code);
        Assert.True(error.IsTransient);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task PollAsync_WhenTheTokenProviderReturnsNull_ThrowsBadToken()
    {
        var client = _app.Client(options => options.TokenProvider = (_, _) => Task.FromResult<RecipientToken>(null!));

        var error = await Assert.ThrowsAsync<FuncCometException>(
            () => client.PollAsync("alice", new PollRequest(), TestContext.Current.CancellationToken).Bounded());

        Assert.Equal(FuncCometException.BadToken, error.Code);
    }

    [Fact]
    public async Task PollAsync_WhenATokenHasWhiteSpaceAround_TrimsIt()
    {
        var client = _app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken(" abc\r\n", DateTimeOffset.MaxValue)));
        var polling = client.PollAsync("alice", new PollRequest(), TestContext.Current.CancellationToken);

        var poll = await _app.NextAsync();

        Assert.Equal("Bearer abc", poll.Header("Authorization"));
        poll.AnswerNothing();
        Assert.Empty(await polling.Bounded());
    }

    // This device's clock is two hours ahead of the app's, which issues tokens for an hour.
    [Fact]
    public async Task ReadAllAsync_WhenATokenIsEndingWhenItIsReceived_UsesItUntilItIsRefused()
    {
        var tokens = 0;
        var messages = _app.Read(_app.Client(options => options.TokenProvider = (_, _) =>
            Task.FromResult(new RecipientToken($"{++tokens}", _app.Time.GetUtcNow() - TimeSpan.FromHours(1)))));
        var next = messages.NextAsync();

        for (var polls = 0; polls < 10; polls++)
        {
            var held = await _app.NextAsync();
            Assert.Equal("Bearer 1", held.Header("Authorization"));
            _app.Time.Advance(TimeSpan.FromSeconds(220));
            held.AnswerNothing();
        }

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");
        var poll = await _app.NextAsync();
        Assert.Equal("Bearer 2", poll.Header("Authorization"));
        poll.AnswerMessages("1");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheLoopBreaksAndTheTokenProviderHangs_EndsAfterATimeLimit()
    {
        var asked = 0;
        var hanging = new TaskCompletionSource<RecipientToken>();
        var client = _app.Client(options => options.TokenProvider = (_, _) => ++asked == 1
            ? Task.FromResult(new RecipientToken("1", _app.Time.GetUtcNow() + TimeSpan.FromSeconds(31)))
            : hanging.Task);
        var messages = client.ReadAllAsync("alice", TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = messages.MoveNextAsync().AsTask();
        (await _app.NextAsync()).AnswerMessages("1", "2");
        Assert.True(await next.Bounded());
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        _app.Time.Advance(TimeSpan.FromSeconds(1));

        var end = messages.DisposeAsync().AsTask();
        await Await.UntilAsync(() => asked == 2, "the question for a new token");
        _app.Time.Advance(TimeSpan.FromSeconds(3));

        await end.Bounded();
        Assert.Contains(_app.Logger.Collector.GetSnapshot(), record => record.Id == 3);
    }
}
