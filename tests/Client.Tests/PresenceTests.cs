using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>Whether a recipient is there, as told by mailbox, push and presence.</summary>
public sealed class PresenceTests : IDisposable
{
    private static readonly DateTimeOffset Seen = new(2026, 11, 26, 11, 20, 0, TimeSpan.Zero);

    private readonly ScriptedApp _app = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task GetPresenceAsync_WhenTheStorageFailsForAPart_ReturnsAnEntryForEachRecipient()
    {
        var asking = Server().GetPresenceAsync(["alice", "bob", "carol", "alice"], CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/presence?rcpt=alice&rcpt=bob&rcpt=carol", request.Line);
        Assert.Equal("secret", request.Header("x-functions-key"));
        request.AnswerJson(HttpStatusCode.OK, """
            {"presence":[
              {"rcpt":"carol","waiting":false,"lastSeen":null},
              {"rcpt":"alice","waiting":true,"lastSeen":"2026-11-26T11:20:00.000Z"}],
             "failed":[{"rcpt":"bob","type":"urn:funccomet:storage-unavailable"}]}
            """);

        Assert.Equal(
            [
                new RecipientPresence("alice", true, Seen),
                new RecipientPresence("bob", null, null),
                new RecipientPresence("carol", false, null),
            ],
            await asking.Bounded());
    }

    [Fact]
    public async Task GetPresenceAsync_WhenTheStorageFailsForAll_Throws()
    {
        var asking = Server().GetPresenceAsync(["alice"], CancellationToken);

        (await _app.NextAsync()).AnswerProblem(
            HttpStatusCode.ServiceUnavailable,
            "storage-unavailable",
            ""","presence":[],"failed":[{"rcpt":"alice","type":"urn:funccomet:storage-unavailable"}]""");

        var error = await Assert.ThrowsAsync<FuncCometException>(() => asking.Bounded());
        Assert.Equal("storage-unavailable", error.Code);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task GetPresenceAsync_WhenTheRecipientsDoNotFit_SendsSeveralRequests()
    {
        string[] recipients = [.. Enumerable.Range(10, 6).Select(number => $"{new string('ü', 127)}{number}")];
        var asking = Server().GetPresenceAsync(recipients, CancellationToken);

        var asked = new List<string>();
        for (var requests = 1; requests <= 2; requests++)
        {
            var request = await _app.NextAsync();
            Assert.InRange(request.QueryLength, 1, 4_000);
            asked.AddRange(request.ValuesOf("rcpt").Select(Uri.UnescapeDataString));
            request.AnswerJson(HttpStatusCode.OK, """{"presence":[]}""");
        }

        Assert.Equal(recipients, (await asking.Bounded()).Select(presence => presence.Recipient));
        Assert.Equal(recipients, asked);
    }

    [Fact]
    public async Task PushAsync_WhenPresenceIsAskedFor_TellsWhoIsWaiting()
    {
        var pushing = Server().PushAsync(["alice", "bob", "carol"], new("hello") { AskPresence = true }, CancellationToken);

        var push = await _app.NextAsync();
        Assert.Equal("POST /api/push?rcpt=alice&rcpt=bob&rcpt=carol&presence=true", push.Line);
        push.AnswerJson(HttpStatusCode.Accepted, """
            {"accepted":[
              {"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z","handed":true,"waiting":true},
              {"rcpt":"bob","id":"1","expires":"2026-01-08T00:00:00.000Z","recall":"h-1","waiting":false},
              {"rcpt":"carol","id":"1","expires":"2026-01-08T00:00:00.000Z","recall":"h-2"}]}
            """);

        Assert.Equal([true, false, null], (await pushing.Bounded()).Select(copy => copy.IsWaiting));
    }

    [Theory]
    [InlineData("""{"rcpt":"alice","messages":3,"exists":true,"waiting":true,"lastSeen":"2026-11-26T11:20:00.000Z"}""", true, true)]
    [InlineData("""{"rcpt":"alice","messages":3,"exists":true,"waiting":false,"lastSeen":null}""", false, false)]
    [InlineData("""{"rcpt":"alice","messages":3,"exists":true}""", null, false)]
    public async Task CountMailboxAsync_WhenAnswered_TellsWhoIsWaiting(string answer, bool? waiting, bool isSeen)
    {
        var counting = Server().CountMailboxAsync("alice", CancellationToken);

        (await _app.NextAsync()).AnswerJson(HttpStatusCode.OK, answer);

        var expected = new MailboxCount(3, Exists: true) { IsWaiting = waiting, LastSeen = isSeen ? Seen : null };
        Assert.Equal(expected, await counting.Bounded());
    }

    private FuncCometClient Server() => _app.Client(options => options.FunctionKey = "secret");
}
