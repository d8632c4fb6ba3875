using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>Which refusals end <c>ReadAllAsync</c>, and when.</summary>
public sealed class ReadingRefusalTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task ReadAllAsync_WhenARefusalPassesAfterASuccess_GoesOn(HttpStatusCode status)
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        var next = messages.NextAsync();

        (await _app.NextAsync()).Answer(status);
        (await _app.NextInTimeAsync()).Answer(status);

        var poll = await _app.NextInTimeAsync();
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task ReadAllAsync_WhenARefusalLastsForTwoMinutesAfterASuccess_Throws(HttpStatusCode status)
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        var poll = await _app.NextAsync();
        _app.Time.Advance(TimeSpan.FromMinutes(3));
        poll.AnswerNothing();
        (await _app.NextAsync()).Answer(status);
        poll = await _app.NextInTimeAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(110));

        // At least 110 seconds have passed, and at most 111 with the pause.
        poll.Answer(status);
        poll = await _app.NextInTimeAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(10));
        poll.Answer(status);

        var error = await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded());
        Assert.Equal(status, error.Status);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenRefusalsHaveASuccessBetweenThem_CountsFromTheLastSuccess()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        var next = messages.NextAsync();

        for (var restarts = 0; restarts < 3; restarts++)
        {
            (await _app.NextInTimeAsync()).Answer(HttpStatusCode.NotFound);
            var poll = await _app.NextInTimeAsync();
            _app.Time.Advance(TimeSpan.FromSeconds(100));
            poll.AnswerNothing();
        }

        (await _app.NextInTimeAsync()).AnswerMessages("2");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenThereIsNoTokenAfterASuccess_ThrowsAtOnce()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");
        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.Unauthorized, "unauthorized");

        Assert.Equal("unauthorized", (await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded())).Code);
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
            "404 unexpected-answer: There is no such function: BaseAddress needs the route prefix, as in https://….azurewebsites.net/api, "
            + "or the app is old.",
            error.Message);
    }
}
