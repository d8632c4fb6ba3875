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
            ]));

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
            ]));

        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("5", context.Response.Headers.RetryAfter.ToString());
        Assert.Equal("urn:funccomet:mailbox-full", body.GetProperty("type").GetString());
    }

    [Fact]
    public async Task For_WhenEveryCopyIsStored_IsAccepted()
    {
        var (context, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("alice"), PushOutcome.Stored) { Expires = Expires }]));

        Assert.Equal(202, context.Response.StatusCode);
        Assert.Equal(["accepted"], body.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task For_WhenACopyWasHandedOver_SaysSo_AndHasNoHandle()
    {
        var (_, body) = await ExecuteAsync(PushAnswer.For(
            Named.Message("x"),
            [new PushedCopy(Named.Recipient("alice"), PushOutcome.Written) { Expires = Expires }]));

        var copy = Assert.Single(body.GetProperty("accepted").EnumerateArray());
        Assert.Equal(["rcpt", "id", "expires", "handed"], copy.EnumerateObject().Select(member => member.Name));
        Assert.True(copy.GetProperty("handed").GetBoolean());
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
