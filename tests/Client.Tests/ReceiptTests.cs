using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>Receipts that do not fit in one query, and receipts that the app refuses.</summary>
public sealed class ReceiptTests : IDisposable
{
    // The longest recipient, each of whose 256 bytes is percent-encoded.
    private static readonly string LongRecipient = new('ü', 128);

    // 32 of the longest receipts.
    private static readonly string[] LongReceipts = [.. Enumerable.Range(10, 32).Select(number => $"{new string('r', 118)}{number}")];

    private readonly ScriptedApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task AcknowledgeAsync_WhenTheReceiptsDoNotFit_SendsSeveralRequests()
    {
        var acknowledging = _app.Client().AcknowledgeAsync(LongRecipient, LongReceipts, TestContext.Current.CancellationToken);

        var first = await _app.NextAsync();
        first.AnswerProblem(HttpStatusCode.Gone, "receipt-expired");
        var second = await _app.NextAsync();
        second.AnswerNothing();

        Assert.Equal(LongReceipts, first.ValuesOf("receipt").Concat(second.ValuesOf("receipt")));
        AssertFits(first, second);
        Assert.Equal("receipt-expired", (await Assert.ThrowsAsync<FuncCometException>(() => acknowledging.Bounded())).Code);
    }

    [Fact]
    public async Task PollAsync_WhenTheReceiptsDoNotFit_AcknowledgesTheRestBefore()
    {
        var request = new PollRequest { Lease = TimeSpan.FromHours(1), Max = 32, Acknowledges = LongReceipts };
        var polling = _app.Client().PollAsync(LongRecipient, request, TestContext.Current.CancellationToken);

        var ack = await _app.NextAsync();
        ack.AnswerProblem(HttpStatusCode.Gone, "receipt-expired");
        var poll = await _app.NextAsync();
        poll.AnswerNothing();

        Assert.Equal(LongReceipts, poll.ValuesOf("ack").Concat(ack.ValuesOf("receipt")));
        AssertFits(ack, poll);
        Assert.Empty(await polling.Bounded());
    }

    [Fact]
    public async Task PollAsync_WhenTheReceiptsFit_SendsOneRequest()
    {
        string[] receipts = [.. Enumerable.Range(10, 32).Select(number => $"{new string('r', 98)}{number}")];
        var polling = _app.Client().PollAsync(
            "alice",
            new PollRequest { Lease = TimeSpan.FromHours(1), Max = 32, Acknowledges = receipts },
            TestContext.Current.CancellationToken);

        var poll = await _app.NextAsync();
        poll.AnswerNothing();

        Assert.Equal(receipts, poll.ValuesOf("ack"));
        Assert.Empty(await polling.Bounded());
    }

    [Theory]
    [InlineData("ack")]
    [InlineData("receipt")]
    [InlineData("query")]
    public async Task ReadAllAsync_WhenTheReceiptsAreRefused_DropsThemAndPollsOn(string parameter)
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        await messages.TakeAsync("2");
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.BadRequest, "bad-parameter", $",\"parameter\":\"{parameter}\"");

        // The message comes again, is not returned twice, and is acknowledged by its new receipt.
        var poll = await _app.NextAsync();
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=1", poll.Line);
        poll.AnswerMessages("2");
        poll = await _app.NextAsync();
        Assert.Equal("GET /api/poll?rcpt=alice&timeout=220&lease=60&max=2&ack=r-2", poll.Line);
        poll.AnswerMessages("3");
        Assert.True(await next.Bounded());
        Assert.Equal("3", messages.Current.Id);
        Assert.Contains(_app.Logger.Collector.GetSnapshot(), record => record.Id == 5);
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheQueryIsTooLongForTheHost_DropsTheReceiptsAndPollsOn()
    {
        var messages = _app.Read(_app.Client());
        await messages.TakeAsync("1");
        var next = messages.NextAsync();

        (await _app.NextAsync()).Answer(HttpStatusCode.RequestUriTooLong);

        var poll = await _app.NextAsync();
        Assert.DoesNotContain("ack", poll.Line, StringComparison.Ordinal);
        poll.AnswerMessages("2");
        Assert.True(await next.Bounded());
    }

    [Fact]
    public async Task ReadAllAsync_WhenAPollWithoutReceiptsIsRefusedForThem_Throws()
    {
        var messages = _app.Read(_app.Client());
        var next = messages.NextAsync();

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.BadRequest, "bad-parameter", ",\"parameter\":\"ack\"");

        Assert.Equal("ack", (await Assert.ThrowsAsync<FuncCometException>(() => next.Bounded())).Parameter);
    }

    private static void AssertFits(params IEnumerable<ScriptedRequest> requests) => Assert.All(
        requests,
        request => Assert.InRange(request.QueryLength, 1, 4_000));
}
