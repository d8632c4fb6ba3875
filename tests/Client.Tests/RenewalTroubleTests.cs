using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>What <c>ReadAllAsync</c> does when a renewal is refused, fails or is not answered.</summary>
public sealed class RenewalTroubleTests : IDisposable
{
    private const int RenewalFailed = 7;
    private const int LeasesEnd = 8;
    private const int AppIsOlder = 9;
    private const int LeasesWereOver = 10;

    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    // The app has renewed the lease, and nobody knows the new receipt.
    [Fact]
    public async Task ReadAllAsync_WhenTheAnswerIsLost_TakesTheRepeatForHandled()
    {
        var messages = await _app.ReadOneAsync(_app.Client(options => options.RememberedMessages = 0));
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).Break(new HttpRequestException("The response ended prematurely."));
        var again = await _app.NextInTimeAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1", again.Line);
        again.AnswerExpired();
        await UntilLoggedAsync(LeasesWereOver);

        var next = messages.NextAsync();
        var poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessage("1", key: "order-17", receipt: "r-1-again");

        poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-1-again", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenNoAnswerComes_TakesItForLostAndAcknowledgesByTheOldReceipt()
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var lost = await _app.NextAsync();
        var next = messages.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(15));

        var poll = await _app.NextAsync();
        Assert.True(lost.IsCancelled);
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("1");
        poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenRenewalsFail_TriesAgainWithinTheLease()
    {
        var messages = await _app.ReadOneAsync();
        var read = _app.Time.GetUtcNow();
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        (await _app.NextAsync()).Break(new HttpRequestException("Connection refused."));
        (await _app.NextInTimeAsync()).AnswerUnavailable(retryAfter: "5");
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.InternalServerError);
        (await _app.NextInTimeAsync()).Answer(HttpStatusCode.OK, new StringContent("<html>Sign in to this network.</html>"));
        (await _app.NextInTimeAsync()).AnswerUnavailable(retryAfter: "3600");
        var renewal = await _app.NextInTimeAsync();

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1", renewal.Line);
        Assert.True(_app.Time.GetUtcNow() - read < TimeSpan.FromSeconds(60));
        renewal.AnswerRenewed();
        await Await.UntilAsync(() => messages.Current.Receipt == "r-1n", "the new receipt");
        Assert.Equal(5, Logged(RenewalFailed));
    }

    [Fact]
    public async Task ReadAllAsync_WhenRenewalsFailUntilTheLeaseEnds_HandsOutNoMoreOfTheBatch()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        await Await.UntilAsync(
            async () =>
            {
                (await _app.NextInTimeAsync()).AnswerUnavailable();
                return Logged(LeasesEnd) > 0;
            },
            "the end of the leases");

        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=1&ack=r-1", await messages.TakeAsync("2"));
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheStorageDidAPart_KeepsTheNewReceiptsAndRenewsTheRest()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2", "3");
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        (await _app.NextAsync()).AnswerPartlyRenewed(renewed: ["r-1", "r-3"], failed: ["r-2"]);

        var rest = await _app.NextInTimeAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-2", rest.Line);
        rest.AnswerRenewed();
        Assert.True(await messages.NextAsync().Bounded());
        Assert.True(await messages.NextAsync().Bounded());
        Assert.EndsWith("&ack=r-1n&ack=r-2n&ack=r-3n", await messages.TakeAsync("4"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenALeaseIsOver_DoesNotHandOutItsMessage()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2", "3");
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        (await _app.NextAsync()).AnswerRenewed(expired: "r-2");
        await UntilLoggedAsync(LeasesWereOver);

        Assert.True(await messages.NextAsync().Bounded());
        Assert.Equal("3", messages.Current.Id);
        Assert.EndsWith("&ack=r-1n&ack=r-3n", await messages.TakeAsync("4"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheCurrentLeaseIsOver_RenewsTheOthersAndAcknowledgesAll()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).AnswerRenewed(expired: "r-1");
        await UntilLoggedAsync(LeasesWereOver);

        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-2n", renewal.Line);
        renewal.AnswerRenewed();

        Assert.True(await messages.NextAsync().Bounded());
        Assert.EndsWith("&ack=r-1&ack=r-2nn", await messages.TakeAsync("3"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    public async Task ReadAllAsync_WhenTheAppIsOlder_WarnsOnceAndGoesOn(HttpStatusCode status)
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).Answer(status);
        await UntilLoggedAsync(AppIsOlder);
        _app.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(_app.HasRequest);
        Assert.EndsWith("&ack=r-1", await messages.TakeAsync("2"), StringComparison.Ordinal);

        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).Answer(status);

        Assert.EndsWith("&ack=r-2", await messages.TakeAsync("3"), StringComparison.Ordinal);
        Assert.Equal(1, _app.Logger.Collector.Count);
    }

    // A proxy answers so while the app restarts.
    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task ReadAllAsync_WhenTheFirstRenewalIsRefused_RenewsHalfALeaseLater(HttpStatusCode status)
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).Answer(status);
        await UntilLoggedAsync(AppIsOlder);

        _app.Time.Advance(TimeSpan.FromSeconds(30));

        var renewal = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1", renewal.Line);
        renewal.AnswerRenewed();
        await Await.UntilAsync(() => messages.Current.Receipt == "r-1n", "the new receipt");
    }

    // A proxy answers so while the app restarts.
    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task ReadAllAsync_WhenTheAppHasRenewedBefore_TriesAgainAfterARefusal(HttpStatusCode status)
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).AnswerRenewed();
        await Await.UntilAsync(() => messages.Current.Receipt == "r-1n", "the new receipt");
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        (await _app.NextAsync()).Answer(status);

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1n", (await _app.NextInTimeAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_WhenARenewalIsRefused_RenewsNoMoreOfTheBatch()
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.BadRequest, "bad-parameter", ",\"parameter\":\"receipt\"");
        await UntilLoggedAsync(LeasesEnd);
        _app.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.False(_app.HasRequest);
        Assert.EndsWith("&ack=r-1", await messages.TakeAsync("2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheTokenProviderFailsInARenewal_ThrowsItAtTheNextPollOnly()
    {
        var asked = 0;
        var messages = await _app.ReadOneAsync(_app.Client(options => options.TokenProvider = (_, _) => ++asked == 1
            ? Task.FromResult(new RecipientToken("abc", _app.Time.GetUtcNow() + TimeSpan.FromSeconds(50)))
            : throw new InvalidOperationException("Signed out.")));

        _app.Time.Advance(TimeSpan.FromSeconds(30));
        await UntilLoggedAsync(LeasesEnd);

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => messages.NextAsync().Bounded());
        Assert.Equal("Signed out.", thrown.Message);
        Assert.False(_app.HasRequest);
    }

    private int Logged(int id) => _app.Logger.Collector.GetSnapshot().Count(record => record.Id == id);

    private Task UntilLoggedAsync(int id) => Await.UntilAsync(() => Logged(id) > 0, $"the log's event {id}");
}
