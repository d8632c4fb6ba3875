using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>How a handler gives its message back, and how that goes together with renewals.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task ReleaseAsync_WithATime_SendsItAndReadingGoesOnWithoutAnAcknowledgement()
    {
        var messages = await ReadTwoAsync();

        var releasing = messages.Current.ReleaseAsync(TimeSpan.FromMinutes(5), CancellationToken);
        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&after=300&receipt=r-1", release.Line);
        release.AnswerReleased();
        await releasing.Bounded();

        Assert.True(messages.Current.IsAbandoned);
        Assert.True(await messages.NextAsync().Bounded());
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=2&ack=r-2", await messages.TakeAsync("1"));
        Assert.Equal("1", messages.Current.Id);
    }

    [Fact]
    public async Task ReleaseAsync_WithoutATime_GivesTheMessageBackAtOnce()
    {
        var messages = await ReadTwoAsync();

        var releasing = messages.Current.ReleaseAsync(cancellationToken: CancellationToken);
        var release = await _app.NextAsync();
        release.AnswerReleased();
        await releasing.Bounded();

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&receipt=r-1", release.Line);
    }

    [Fact]
    public async Task ReleaseAsync_WhileARenewalIsNotAnswered_WaitsForTheNewReceipt()
    {
        var messages = await ReadTwoAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();

        var releasing = messages.Current.ReleaseAsync(TimeSpan.Zero, CancellationToken);
        Assert.False(_app.HasRequest);
        renewal.AnswerRenewed();

        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&receipt=r-1n", release.Line);
        release.AnswerReleased();
        await releasing.Bounded();
    }

    [Fact]
    public async Task ReleaseAsync_WhenARenewalBegins_IsNotPartOfIt()
    {
        var messages = await ReadTwoAsync();
        var releasing = messages.Current.ReleaseAsync(TimeSpan.Zero, CancellationToken);
        var release = await _app.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-2", (await _app.NextAsync()).Line);
        release.AnswerReleased();
        await releasing.Bounded();
    }

    [Fact]
    public async Task ReleaseAsync_WhenTheLeaseIsOver_DoesNothing()
    {
        var messages = await ReadTwoAsync();

        var releasing = messages.Current.ReleaseAsync(TimeSpan.Zero, CancellationToken);
        (await _app.NextAsync()).AnswerExpired();

        await releasing.Bounded();
        Assert.True(messages.Current.IsAbandoned);
    }

    [Fact]
    public async Task ReleaseAsync_WhenItIsRefused_ThrowsAndTheMessageStaysAbandoned()
    {
        var messages = await ReadTwoAsync();

        var releasing = messages.Current.ReleaseAsync(TimeSpan.FromDays(7), CancellationToken);
        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.BadRequest, "bad-parameter", ",\"parameter\":\"after\"");

        var error = await Assert.ThrowsAsync<LeaseFailedException>(() => releasing.Bounded());
        Assert.Equal("after", error.Parameter);
        Assert.True(await messages.NextAsync().Bounded());
        Assert.EndsWith("&ack=r-2", await messages.TakeAsync("3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReleaseAsync_AfterTheNextMessageWasRequested_Throws()
    {
        var messages = await ReadTwoAsync();
        var handled = messages.Current;
        Assert.True(await messages.NextAsync().Bounded());

        await Assert.ThrowsAsync<InvalidOperationException>(() => handled.ReleaseAsync(TimeSpan.Zero, CancellationToken).Bounded());

        Assert.False(handled.IsAbandoned);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReleaseAsync_AfterTheLoopWasLeft_GivesTheMessageBackByItsNewestReceipt()
    {
        var messages = await ReadTwoAsync();
        var current = messages.Current;
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).AnswerRenewed();
        await Await.UntilAsync(() => current.Receipt == "r-1n", "the new receipt");
        await messages.LeaveAsync().Bounded();

        var releasing = current.ReleaseAsync(TimeSpan.Zero, CancellationToken);

        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&receipt=r-1n", release.Line);
        release.AnswerReleased();
        await releasing.Bounded();
    }

    [Fact]
    public async Task ReleaseAsync_OfAPolledMessage_SendsItsReceipt()
    {
        var request = new PollRequest { Lease = TimeSpan.FromMinutes(1) };
        var polling = _app.Client().PollAsync("alice", request, CancellationToken);
        (await _app.NextAsync()).AnswerMessages("1");
        var message = Assert.Single(await polling.Bounded());

        var releasing = message.ReleaseAsync(TimeSpan.FromSeconds(1), CancellationToken);

        var release = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=0&after=1&receipt=r-1", release.Line);
        release.AnswerReleased();
        await releasing.Bounded();
        Assert.True(message.IsAbandoned);
    }

    [Fact]
    public async Task ReleaseAsync_OfAMessageWithoutALease_Throws()
    {
        var message = new CometMessage { Id = "1" };

        await Assert.ThrowsAsync<InvalidOperationException>(() => message.ReleaseAsync(TimeSpan.Zero, CancellationToken));
    }

    // Reads two messages of one batch, the first of which is current.
    private async Task<ScriptedReading> ReadTwoAsync()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        return messages;
    }
}
