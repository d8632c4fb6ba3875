using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>When <c>ReadAllAsync</c> renews leases while the caller handles a message, and what it does with the new receipts.</summary>
public sealed class RenewalTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task ReadAllAsync_WhenHalfOfTheLeaseIsOver_RenewsAllThatIsNotAcknowledged()
    {
        var messages = await _app.ReadOneAsync();
        await messages.TakeAsync("2", "3", "4");
        Assert.True(await messages.NextAsync().Bounded());
        Assert.Equal("3", messages.Current.Id);

        _app.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_app.HasRequest);
        _app.Time.Advance(TimeSpan.FromSeconds(1));

        var renewal = await _app.NextAsync();
        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-2&receipt=r-3&receipt=r-4", renewal.Line);
        renewal.AnswerRenewed();
        await Await.UntilAsync(() => messages.Current.Receipt == "r-3n", "the new receipt");
        Assert.True(await messages.NextAsync().Bounded());
        Assert.Equal(
            "GET /api/poll?rcpt=alice&timeout=220&lease=60&max=2&ack=r-2n&ack=r-3n&ack=r-4n",
            await messages.TakeAsync("5"));
    }

    [Fact]
    public async Task ReadAllAsync_WhenHalfOfARenewedLeaseIsOver_RenewsItAgain()
    {
        var messages = await _app.ReadOneAsync();
        await RenewAsync(messages);

        _app.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_app.HasRequest);
        _app.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1n", (await _app.NextAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_WhileARenewalIsNotAnswered_DoesNotAcknowledge()
    {
        var messages = await _app.ReadOneAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();

        var next = messages.NextAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(_app.HasRequest);
        renewal.AnswerRenewed();

        var poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-1n", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhileARenewalIsNotAnswered_HandsOutTheNextMessage()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        _ = await _app.NextAsync();

        Assert.True(await messages.NextAsync().Bounded());

        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhileTheNextPollIsHeld_DoesNotRenew()
    {
        var messages = await _app.ReadOneAsync();
        var next = messages.NextAsync();
        var poll = await _app.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(200));

        Assert.False(_app.HasRequest);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenAMessageIsAbandoned_DoesNotRenewIt()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        messages.Current.Abandon();

        _app.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-2", (await _app.NextAsync()).Line);
    }

    // It is acknowledged with the next poll, which needs its new receipt.
    [Fact]
    public async Task ReadAllAsync_WhenAMessageIsAbandonedAfterItWasHandled_RenewsIt()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        var handled = messages.Current;
        Assert.True(await messages.NextAsync().Bounded());
        handled.Abandon();

        _app.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("POST /api/lease?rcpt=alice&seconds=60&receipt=r-1&receipt=r-2", (await _app.NextAsync()).Line);
    }

    [Fact]
    public async Task ReadAllAsync_WhenARenewedLeaseHasTimeLeft_HandsOutTheRest()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2", "3");
        await RenewAsync(messages);
        await RenewAsync(messages);
        _app.Time.Advance(TimeSpan.FromSeconds(29));

        Assert.True(await messages.NextAsync().Bounded());

        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenALeaseIsAboutToEndAndItsRenewalIsUnderWay_WaitsForIt()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        _app.Time.Advance(TimeSpan.FromSeconds(55));
        var renewal = await _app.NextAsync();

        var next = messages.NextAsync();
        Assert.False(next.IsCompleted);
        renewal.AnswerRenewed();

        Assert.True(await next.Bounded());
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenABatchTookLongerThanItsLease_PollsForOneMessage()
    {
        var messages = await _app.ReadOneAsync();
        await messages.TakeAsync("2");
        await RenewAsync(messages);
        _app.Time.Advance(TimeSpan.FromSeconds(25));

        Assert.Contains("&max=1&", await messages.TakeAsync("3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenRenewForIsOver_RenewsNoMore()
    {
        var messages = await _app.ReadOneAsync(_app.Client(options => options.RenewFor = TimeSpan.FromSeconds(60)));
        await RenewAsync(messages);

        _app.Time.Advance(TimeSpan.FromSeconds(30));
        _app.Time.Advance(TimeSpan.FromHours(1));

        Assert.False(_app.HasRequest);
        Assert.EndsWith("&ack=r-1n", await messages.TakeAsync("2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenRenewForIsZero_DoesNotRenew()
    {
        var messages = await _app.ReadOneAsync(_app.Client(options => options.RenewFor = TimeSpan.Zero));

        _app.Time.Advance(TimeSpan.FromSeconds(59));

        Assert.False(_app.HasRequest);
        Assert.EndsWith("&ack=r-1", await messages.TakeAsync("2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_AfterTheLoopIsLeft_DoesNotRenew()
    {
        var messages = await _app.ReadOneAsync();

        await messages.LeaveAsync().Bounded();
        _app.Time.Advance(TimeSpan.FromHours(1));

        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheLoopIsLeftWhileARenewalIsNotAnswered_AcknowledgesByTheNewReceipt()
    {
        var messages = await ReadTwoAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();

        var leaving = messages.LeaveAsync();
        Assert.False(_app.HasRequest);
        renewal.AnswerRenewed();

        var last = await _app.NextAsync();
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-1n", last.Line);
        last.AnswerNothing();
        await leaving.Bounded();
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheLoopIsLeftAndARenewalIsNotAnsweredInTime_AbortsItAndAcknowledgesByTheOldReceipt()
    {
        var messages = await ReadTwoAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();

        var leaving = messages.LeaveAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(1.5));

        var last = await _app.NextAsync();
        Assert.True(renewal.IsCancelled);
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-1", last.Line);
        last.AnswerNothing();
        await leaving.Bounded();
        _app.Time.Advance(TimeSpan.FromHours(1));
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelledWhileAnAcknowledgementWaitsForARenewal_AcknowledgesByTheNewReceipt()
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(_app.Client(), cancellationToken: cancelling.Token);
        await messages.TakeAsync("1");
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        var renewal = await _app.NextAsync();
        var next = messages.NextAsync();

        await cancelling.CancelAsync();
        renewal.AnswerRenewed();

        var last = await _app.NextAsync();
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-1n", last.Line);
        last.AnswerNothing();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheReceiptsDoNotFit_RenewsWithSeveralRequests()
    {
        var receipts = Enumerable.Range(10, 32).Select(number => $"{new string('r', 117)}{number}").ToList();
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerReceipts(receipts);
        Assert.True(await next.Bounded());
        _app.Time.Advance(TimeSpan.FromSeconds(30));

        var first = await _app.NextAsync();
        first.AnswerRenewed();
        var second = await _app.NextAsync();
        second.AnswerRenewed();

        Assert.Equal(receipts, first.ValuesOf("receipt").Concat(second.ValuesOf("receipt")));
        Assert.InRange(first.QueryLength, 1, 4_000);
        for (var handed = 1; handed < 32; handed++)
        {
            Assert.True(await messages.NextAsync().Bounded());
        }

        await Await.UntilAsync(() => messages.Current.Receipt == $"{receipts[31]}n", "the new receipt of the second request");
    }

    // Reads two messages of one batch. The first one is handled, and the second one is current.
    private async Task<ScriptedReading> ReadTwoAsync()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1", "2");
        Assert.True(await messages.NextAsync().Bounded());
        return messages;
    }

    // Moves the clock by half a lease, and answers the renewal.
    private async Task RenewAsync(ScriptedReading messages)
    {
        var receipt = messages.Current.Receipt;
        _app.Time.Advance(TimeSpan.FromSeconds(30));
        (await _app.NextAsync()).AnswerRenewed();
        await Await.UntilAsync(() => messages.Current.Receipt == $"{receipt}n", "the new receipt");
    }
}
