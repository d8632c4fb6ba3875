using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>When <c>ReadAllAsync</c> acknowledges messages, and what happens to the current message when the loop ends.</summary>
public sealed class ReadingTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task ReadAllAsync_WhenTheNextMessageIsRequested_AcknowledgesThePrevious()
    {
        var messages = _app.Read(_app.Client());

        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=1", await messages.TakeAsync("1"));
        Assert.Equal("text of 1", messages.Current.Text);
        Assert.False(_app.HasRequest);

        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=2&ack=r-1", await messages.TakeAsync("2", "3"));
        Assert.True(await messages.NextAsync().Bounded());
        Assert.Equal("3", messages.Current.Id);

        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=4&ack=r-2&ack=r-3", await messages.TakeAsync("4"));
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheLoopBreaks_DoesNotAcknowledgeTheCurrentMessage()
    {
        async Task ReadAsync()
        {
            var client = _app.Client(options => options.MaxBatch = 1);
            await foreach (var message in client.ReadAllAsync("alice", TestContext.Current.CancellationToken))
            {
                break;
            }
        }

        var reading = ReadAsync();
        (await _app.NextAsync()).AnswerMessages("1");
        await reading.Bounded();

        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAHandlerThrows_AcknowledgesOnlyWhatWasHandledBefore()
    {
        var handled = new List<string>();
        async Task ReadAsync()
        {
            await foreach (var message in _app.Client().ReadAllAsync("alice", TestContext.Current.CancellationToken))
            {
                handled.Add(message.Id == "3" ? throw new InvalidOperationException("Thrown by the handler.") : message.Id);
            }
        }

        var reading = ReadAsync();
        (await _app.NextAsync()).AnswerMessages("1");
        (await _app.NextAsync()).AnswerMessages("2", "3", "4");
        var last = await _app.NextAsync();
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-2", last.Line);
        last.AnswerNothing();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => reading.Bounded());
        Assert.Equal("Thrown by the handler.", thrown.Message);
        Assert.Equal(["1", "2"], handled);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAHandlerThrowsAndTheLastAcknowledgementFails_ThrowsTheHandlersException()
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(
            () => ReadUntilSignedOutAsync(() => throw new FormatException("Thrown by the handler.")));

        Assert.Equal("Thrown by the handler.", thrown.Message);
        Assert.Contains(_app.Logger.Collector.GetSnapshot(), record => record.Id == 3);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheLoopBreaksAndTheLastAcknowledgementFails_DoesNotThrow()
    {
        await ReadUntilSignedOutAsync(() => { });

        Assert.Contains(_app.Logger.Collector.GetSnapshot(), record => record.Id == 3);
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelledWhileAPollIsHeld_CancelsItAndAcknowledgesHandledMessages()
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(_app.Client(), cancellationToken: cancelling.Token);
        await messages.TakeAsync("1");
        var next = messages.NextAsync();
        var held = await _app.NextAsync();

        await cancelling.CancelAsync();

        var last = await _app.NextAsync();
        Assert.True(held.IsCancelled);
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-1", last.Line);
        last.AnswerNothing();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelledAndTheAppDoesNotAnswer_EndsAfterATimeLimit()
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(_app.Client(), cancellationToken: cancelling.Token);
        await messages.TakeAsync("1");
        var next = messages.NextAsync();
        _ = await _app.NextAsync();
        await cancelling.CancelAsync();
        _ = await _app.NextAsync();

        _app.Time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
        Assert.Contains(_app.Logger.Collector.GetSnapshot(), record => record.Id == 3);
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelledWithoutAMessage_SendsNothingMore()
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(_app.Client(), cancellationToken: cancelling.Token);
        var next = messages.NextAsync();
        _ = await _app.NextAsync();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task ReadAllAsync_WhenCancelledInTheMiddleOfABatch_ReturnsNoMoreOfIt()
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(_app.Client(), cancellationToken: cancelling.Token);
        await messages.TakeAsync("1");
        await messages.TakeAsync("2", "3");

        await cancelling.CancelAsync();
        var next = messages.NextAsync();

        var last = await _app.NextAsync();
        Assert.Equal("POST /api/ack?rcpt=alice&receipt=r-2", last.Line);
        last.AnswerNothing();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenAMessageIsAbandoned_GoesOnAndReturnsItAgain()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");

        messages.Current.Abandon();

        Assert.DoesNotContain("ack", await messages.TakeAsync("1"), StringComparison.Ordinal);
        Assert.Equal("1", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAHandledMessageIsDeliveredAgain_AcknowledgesItWithoutReturningIt()
    {
        var client = _app.Client();
        await ReadAsync(client, "1");
        var messages = _app.Read(client);

        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerMessages("1");
        var poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-1", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");

        Assert.True(await next.Bounded());
        Assert.Equal("2", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAMessageHasTheKeyOfAHandledOne_AcknowledgesItWithoutReturningIt()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerMessage("1", key: "order-17");
        Assert.True(await next.Bounded());

        next = messages.NextAsync();
        (await _app.NextAsync()).AnswerMessage("2", key: "order-17");
        var poll = await _app.NextAsync();
        Assert.EndsWith("&ack=r-2", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessage("3", key: "order-18");

        Assert.True(await next.Bounded());
        Assert.Equal("3", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenAHandledMessageIsNoLongerRemembered_ReturnsItAgain()
    {
        var client = _app.Client(options => options.RememberedMessages = 1);
        await ReadAsync(client, "1");
        await ReadAsync(client, "2");

        await ReadAsync(client, "1");
    }

    [Fact]
    public async Task ReadAllAsync_WhenAnotherRecipientsMessageHasTheSameId_ReturnsIt()
    {
        var client = _app.Client();
        await ReadAsync(client, "1");

        await ReadAsync(client, "1", recipient: "bob");
    }

    [Fact]
    public async Task ReadAllAsync_WhenABatchsLeaseIsAboutToEnd_DropsTheRestAndPollsForOneMessage()
    {
        var messages = _app.Read(_app.Client(options => options.RenewFor = TimeSpan.Zero));
        await messages.TakeAsync("1");
        await messages.TakeAsync("2", "3");

        // 54 seconds are nine tenths of the lease; the client stops there to have time to acknowledge.
        _app.Time.Advance(TimeSpan.FromSeconds(54));
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=1&ack=r-2", await messages.TakeAsync("3"));
        Assert.Equal("3", messages.Current.Id);
    }

    [Fact]
    public async Task ReadAllAsync_WhenABatchTakesAQuarterOfTheLease_DoesNotIncreaseTheBatchSize()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        _app.Time.Advance(TimeSpan.FromSeconds(14));
        Assert.Contains("&max=2&", await messages.TakeAsync("2"), StringComparison.Ordinal);

        _app.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Contains("&max=2&", await messages.TakeAsync("3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAllAsync_WhenBatchesAreHandledQuickly_DoublesTheBatchSizeUpToTheOption()
    {
        var sizes = new List<string>();
        var messages = _app.Read(_app.Client(options => options.MaxBatch = 10));
        for (var id = 1; id <= 6; id++)
        {
            sizes.Add((await messages.TakeAsync($"{id}")).Split("&max=")[1].Split('&')[0]);
        }

        Assert.Equal(["1", "2", "4", "8", "10", "10"], sizes);
    }

    // Reads a message and ends the loop once it has been acknowledged.
    private async Task ReadAsync(FuncCometClient client, string id, string recipient = "alice")
    {
        using var cancelling = new CancellationTokenSource();
        var messages = _app.Read(client, recipient, cancelling.Token);
        await messages.TakeAsync(id);
        Assert.Equal(id, messages.Current.Id);
        var next = messages.NextAsync();
        (await _app.NextAsync()).AnswerNothing();
        _ = await _app.NextAsync();
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Bounded());
    }

    /// <summary>Ends the loop while a message is still to be acknowledged, the token has expired and the provider gives no other.</summary>
    private async Task ReadUntilSignedOutAsync(Action leave)
    {
        var signedOut = false;
        var client = _app.Client(options => options.TokenProvider = (_, _) => signedOut
            ? throw new InvalidOperationException("Signed out.")
            : Task.FromResult(new RecipientToken("abc", _app.Time.GetUtcNow() + TimeSpan.FromMinutes(5))));
        var reading = ReadAsync();
        (await _app.NextAsync()).AnswerMessages("1");
        (await _app.NextAsync()).AnswerMessages("2", "3");
        await reading.Bounded();

        async Task ReadAsync()
        {
            await foreach (var message in client.ReadAllAsync("alice", TestContext.Current.CancellationToken))
            {
                if (message.Id == "3")
                {
                    signedOut = true;
                    _app.Time.Advance(TimeSpan.FromMinutes(5));
                    leave();
                    break;
                }
            }
        }
    }
}
