using System.Text.Json;
using FuncComet.Functions.Push;
using FuncComet.Mailboxes;
using FuncComet.Pushing;
using FuncComet.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Functions.Tests;

public sealed class PushAnswerTests
{
    private static readonly DateTimeOffset Expires = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly RecallHandle Recall =
        RecallHandle.TryParse(
            "BWZhJp1d7dsCD4-tW9nLRp-hZXCGdyiVDgIAAAADAAAAAAAAAG_DlS5rZtYB", Named.Recipient("alice"), out var handle)
            ? handle
            : throw new FormatException();

    [Fact]
    public async Task For_WhenSomeCopiesFailed_ListsStoredAndFailedCopies()
    {
        var message = Named.Message("x");

        var (context, body) = await ExecuteAsync(PushAnswer.For(
            message,
            [
                new PushedCopy(Named.Recipient("alice"), PushOutcome.Stored) { Expires = Expires, Recall = Recall },
                new PushedCopy(Named.Recipient("bob"), PushOutcome.StorageFailed),
                new PushedCopy(Named.Recipient("carol"), PushOutcome.MailboxFull),
            ],
            [],
            new PushLimitOptions()));

        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("5", context.Response.Headers.RetryAfter.ToString());
        Assert.Equal("urn:funccomet:storage-unavailable", body.GetProperty("type").GetString());
        Assert.Equal(
            $$"""[{"rcpt":"alice","id":"{{message.Id:N}}","expires":"2026-01-02T03:04:05.000Z","recall":"{{Recall.Text}}"}]""",
            body.GetProperty("accepted").GetRawText());
        Assert.Equal(
            """[{"rcpt":"bob","type":"urn:funccomet:storage-unavailable"},{"rcpt":"carol","type":"urn:funccomet:mailbox-full"}]""",
            body.GetProperty("failed").GetRawText());
    }

    [Fact]
    public async Task For_WhenTheFirstFailureIsAFullMailbox_IsMailboxFull()
    {
        var (context, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [
                new PushedCopy(Named.Recipient("carol"), PushOutcome.MailboxFull),
                new PushedCopy(Named.Recipient("bob"), PushOutcome.StorageFailed),
            ],
            [],
            new PushLimitOptions()));

        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("5", context.Response.Headers.RetryAfter.ToString());
        Assert.Equal("urn:funccomet:mailbox-full", body.GetProperty("type").GetString());
    }

    [Fact]
    public async Task For_WhenEveryCopyIsStored_IsAccepted()
    {
        var (context, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("alice"), PushOutcome.Stored) { Expires = Expires }],
            [],
            new PushLimitOptions()));

        Assert.Equal(202, context.Response.StatusCode);
        Assert.Equal(["accepted"], body.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task For_WhenACopyWasHandedOver_SaysSo_AndHasNoHandle()
    {
        var (_, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("alice"), PushOutcome.Written) { Expires = Expires }],
            [],
            new PushLimitOptions()));

        var copy = Assert.Single(body.GetProperty("accepted").EnumerateArray());
        Assert.Equal(["rcpt", "id", "expires", "handed"], copy.EnumerateObject().Select(member => member.Name));
        Assert.True(copy.GetProperty("handed").GetBoolean());
    }

    [Fact]
    public async Task For_WhenEveryFailureIsALimit_IsTooManyRequests_AfterTheLongestWait()
    {
        var (context, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("alice"), PushOutcome.Stored) { Expires = Expires }],
            [
                new LimitedCopy(Named.Recipient("bob"), TimeSpan.FromSeconds(0.2)),
                new LimitedCopy(Named.Recipient("carol"), TimeSpan.FromSeconds(1.2)),
            ],
            new PushLimitOptions { PushesPerMinutePerRecipient = 50 }));

        Assert.Equal(429, context.Response.StatusCode);
        Assert.Equal("2", context.Response.Headers.RetryAfter.ToString());
        Assert.Equal("urn:funccomet:too-many-requests", body.GetProperty("type").GetString());
        Assert.Equal(
            "This instance takes at most 50 messages a minute to one recipient. Try again after 2 seconds.",
            body.GetProperty("detail").GetString());
        Assert.Equal("alice", Assert.Single(body.GetProperty("accepted").EnumerateArray()).GetProperty("rcpt").GetString());
        Assert.Equal(
            """[{"rcpt":"bob","type":"urn:funccomet:too-many-requests"},{"rcpt":"carol","type":"urn:funccomet:too-many-requests"}]""",
            body.GetProperty("failed").GetRawText());
    }

    [Theory]
    [InlineData(0.001, "1")]
    [InlineData(1, "1")]
    [InlineData(60, "60")]
    public async Task For_WhenACopyIsLimited_RoundsTheWaitUpToSeconds(double wait, string expected)
    {
        var (context, _) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [],
            [new LimitedCopy(Named.Recipient("bob"), TimeSpan.FromSeconds(wait))],
            new PushLimitOptions { PushesPerMinutePerRecipient = 1 }));

        Assert.Equal(expected, context.Response.Headers.RetryAfter.ToString());
    }

    [Theory]
    [InlineData(PushOutcome.MailboxFull, 60, "urn:funccomet:mailbox-full", "60")]
    [InlineData(PushOutcome.StorageFailed, 60, "urn:funccomet:storage-unavailable", "60")]
    [InlineData(PushOutcome.StorageFailed, 1, "urn:funccomet:storage-unavailable", "5")]
    public async Task For_WhenOnlySomeFailuresAreLimits_IsTheOtherFailure_AfterTheLongestWait(
        PushOutcome outcome, int wait, string type, string retryAfter)
    {
        var (context, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("carol"), outcome)],
            [new LimitedCopy(Named.Recipient("bob"), TimeSpan.FromSeconds(wait))],
            new PushLimitOptions { PushesPerMinutePerRecipient = 1 }));

        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal(retryAfter, context.Response.Headers.RetryAfter.ToString());
        Assert.Equal(type, body.GetProperty("type").GetString());
        Assert.Equal(
            $$"""[{"rcpt":"carol","type":"{{type}}"},{"rcpt":"bob","type":"urn:funccomet:too-many-requests"}]""",
            body.GetProperty("failed").GetRawText());
    }

    private static async Task<(HttpContext Context, JsonElement Body)> ExecuteAsync(IResult result)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Response.Body = body;
        await result.ExecuteAsync(context);
        return (context, JsonDocument.Parse(body.ToArray()).RootElement);
    }
}
