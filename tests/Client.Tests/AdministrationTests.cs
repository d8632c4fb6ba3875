using System.Net;
using FuncComet.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Client.Tests;

/// <summary>The requests of an operator's calls, and how their answers are read.</summary>
public sealed class AdministrationTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly ScriptedApp _app = new();

    public static TheoryData<string> BadMarkers => ["", "a b", "a=", "a\r\nb", new string('m', 1_025)];

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task ListMailboxesAsync_WhenThereAreSeveralPages_FollowsNextAcrossAnEmptyOne()
    {
        var listing = _app.Administration().ListMailboxesAsync(false, CancellationToken).ToListAsync(CancellationToken).AsTask();

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/mailboxes?max=1000", request.Line);
        Assert.Equal("secret", request.Header("x-functions-key"));
        request.AnswerJson(HttpStatusCode.OK, """{"mailboxes":[{"rcpt":"alice"}],"next":"bWFyay0x"}""");
        request = await _app.NextAsync();
        Assert.Equal("GET /api/mailboxes?after=bWFyay0x&max=1000", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"mailboxes":[],"next":"bWFyay0y"}""");
        request = await _app.NextAsync();
        Assert.Equal("GET /api/mailboxes?after=bWFyay0y&max=1000", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"mailboxes":[{"rcpt":"bob"}]}""");

        Assert.Equal([new MailboxEntry("alice"), new MailboxEntry("bob")], await listing.Bounded());
    }

    [Fact]
    public async Task ListMailboxesAsync_WithCounts_ReadsThemAndWhatIsNotKnown()
    {
        var listing = _app.Administration().ListMailboxesAsync(withCounts: true, CancellationToken).ToListAsync(CancellationToken).AsTask();

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/mailboxes?counts=true&max=100", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """
            {"mailboxes":[
              {"rcpt":"alice","messages":3,"waiting":true,"lastSeen":"2026-11-26T12:00:00.000Z"},
              {"rcpt":"bob","messages":0,"waiting":false,"lastSeen":null},
              {"rcpt":"carol"}]}
            """);

        Assert.Equal(
            [
                new MailboxEntry("alice") { Messages = 3, IsWaiting = true, LastSeen = Noon },
                new MailboxEntry("bob") { Messages = 0, IsWaiting = false },
                new MailboxEntry("carol"),
            ],
            await listing.Bounded());
    }

    [Fact]
    public async Task ListMailboxesAsync_WhenThePageFollowsItself_ThrowsAndDoesNotAskForEver()
    {
        var listing = _app.Administration().ListMailboxesAsync(false, CancellationToken).ToListAsync(CancellationToken).AsTask();

        (await _app.NextAsync()).AnswerJson(HttpStatusCode.OK, """{"mailboxes":[],"next":"bWFyaw"}""");
        (await _app.NextAsync()).AnswerJson(HttpStatusCode.OK, """{"mailboxes":[],"next":"bWFyaw"}""");

        var error = await Assert.ThrowsAsync<FuncCometException>(() => listing.Bounded());
        Assert.Equal(FuncCometException.UnexpectedAnswer, error.Code);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task PeekMessagesAsync_WithBodies_ReadsOursForeignAndUnreadableOnes()
    {
        var peeking = _app.Administration().PeekMessagesAsync("alice", max: 3, withBodies: true, CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/mailbox/messages?rcpt=alice&max=3&bodies=true", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """
            {"rcpt":"alice","messages":[
              {"id":"1","time":"2026-11-26T12:00:00.000Z","deliveries":2,"contentType":"text/plain","size":5,"key":"order-17",
               "expires":"2026-11-26T12:00:00.000Z","text":"hello"},
              {"id":"2","time":"2026-11-26T12:00:00.000Z","deliveries":0,"contentType":"application/octet-stream","size":2,
               "foreign":true,"base64":"AP8="},
              {"id":"3","time":"2026-11-26T12:00:00.000Z","deliveries":0,"size":7,"unreadable":"another version"}]}
            """);

        var messages = await peeking.Bounded();
        Assert.Equal(
            new PeekedMessage("1", Noon, 2, 5) { ContentType = "text/plain", Key = "order-17", Expires = Noon },
            messages[0] with { Body = null });
        Assert.Equal("hello"u8.ToArray(), messages[0].Body!.Value.ToArray());
        Assert.True(messages[1].IsForeign);
        Assert.Equal([0, 255], messages[1].Body!.Value.ToArray());
        Assert.Equal(new PeekedMessage("3", Noon, 0, 7) { Unreadable = "another version" }, messages[2]);
    }

    [Fact]
    public async Task PeekMessagesAsync_WithoutBodies_DoesNotAskForThem()
    {
        var peeking = _app.Administration().PeekMessagesAsync("alice", cancellationToken: CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/mailbox/messages?rcpt=alice&max=32", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"rcpt":"alice","messages":[]}""");

        Assert.Empty(await peeking.Bounded());
    }

    [Fact]
    public async Task ListDeadLetterRecipientsAsync_WhenAnswered_ReadsThePageAndWhatIsOlder()
    {
        var listing = _app.Administration().ListDeadLetterRecipientsAsync("bWFyaw", max: 5, CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/deadletters?after=bWFyaw&max=5", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"recipients":[{"rcpt":"alice","letters":4}],"next":"bmV4dA","older":9}""");

        var page = await listing.Bounded();
        Assert.Equal([new DeadLetterCount("alice", 4)], page.Recipients);
        Assert.Equal(("bmV4dA", 9), (page.Next, page.Older));
    }

    [Fact]
    public async Task ListDeadLettersAsync_WhenAnswered_ReadsTheLetters()
    {
        var listing = _app.Administration().ListDeadLettersAsync("alice", max: 2, withBodies: true, CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/deadletters?rcpt=alice&max=2&bodies=true", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """
            {"rcpt":"alice","letters":[
              {"id":"1","time":"2026-11-26T12:00:00.000Z","deadLettered":"2026-11-26T12:00:00.000Z","deliveries":5,"reason":"too many",
               "contentType":"text/plain","key":"order-17","size":5,"text":"hello"},
              {"id":"2","time":"2026-11-26T12:00:00.000Z","deadLettered":"2026-11-26T12:00:00.000Z","deliveries":0,"reason":"unreadable",
               "size":3}],
             "count":7}
            """);

        var list = await listing.Bounded();
        Assert.Equal((7, 0), (list.Count, list.Older));
        Assert.Equal(
            new DeadLetter("1", "too many", 5)
            {
                Time = Noon,
                DeadLettered = Noon,
                ContentType = "text/plain",
                Key = "order-17",
                Size = 5,
            },
            list.Letters[0] with { Body = null });
        Assert.Equal("hello"u8.ToArray(), list.Letters[0].Body!.Value.ToArray());
        Assert.Equal(new DeadLetter("2", "unreadable", 0) { Time = Noon, DeadLettered = Noon, Size = 3 }, list.Letters[1]);
    }

    [Fact]
    public async Task RedriveAsync_WhenAnswered_ReadsWhatWasMoved()
    {
        var redriving = _app.Administration().RedriveAsync("alice", TimeSpan.FromHours(1), CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("POST /api/deadletters/redrive?rcpt=alice&ttl=3600", request.Line);
        Assert.Equal("secret", request.Header("x-functions-key"));
        request.AnswerJson(HttpStatusCode.OK, """{"moved":3,"left":2,"older":1}""");

        Assert.Equal(new RedriveResult(3, 2) { Older = 1 }, await redriving.Bounded());
    }

    [Fact]
    public async Task RedriveAllAsync_WhenAnswered_ReadsWhatWasMoved()
    {
        var redriving = _app.Administration().RedriveAllAsync("bWFyaw", TimeSpan.FromDays(1), CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("POST /api/deadletters/redrive?all=true&after=bWFyaw&ttl=86400", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"moved":3,"left":0,"next":"bmV4dA"}""");

        Assert.Equal(new RedriveResult(3, 0) { Next = "bmV4dA" }, await redriving.Bounded());
    }

    [Fact]
    public async Task PurgeDeadLettersAsync_WhenAnswered_ReadsWhatWasRemoved()
    {
        var purging = _app.Administration().PurgeDeadLettersAsync("alice", cancellationToken: CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("DELETE /api/deadletters?rcpt=alice", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"removed":3,"left":1,"older":2}""");

        Assert.Equal(new PurgeResult(3, 1) { Older = 2 }, await purging.Bounded());
    }

    [Fact]
    public async Task PurgeAllDeadLettersAsync_WhenAnswered_ReadsWhatWasRemoved()
    {
        var purging = _app.Administration().PurgeAllDeadLettersAsync("bWFyaw", CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("DELETE /api/deadletters?all=true&after=bWFyaw", request.Line);
        request.AnswerJson(HttpStatusCode.OK, """{"removed":0,"left":0,"next":"bmV4dA"}""");

        Assert.Equal(new PurgeResult(0, 0) { Next = "bmV4dA" }, await purging.Bounded());
    }

    [Fact]
    public async Task EraseAsync_WhenAllIsGone_IsComplete()
    {
        var erasing = _app.Administration().EraseAsync("a&b", CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("DELETE /api/mailbox?rcpt=a%26b&erase=true", request.Line);
        request.AnswerNothing();

        Assert.True((await erasing.Bounded()).IsComplete);
    }

    [Fact]
    public async Task EraseAsync_WhenAPartIsLeft_NamesIt()
    {
        var erasing = _app.Administration().EraseAsync("alice", CancellationToken);

        (await _app.NextAsync()).AnswerJson(HttpStatusCode.Accepted, """{"left":["deadLetters"]}""");

        var erasure = await erasing.Bounded();
        Assert.False(erasure.IsComplete);
        Assert.Equal(["deadLetters"], erasure.Left);
    }

    [Theory]
    [InlineData("\"abc123\"", "abc123")]
    [InlineData("null", null)]
    public async Task GetAboutAsync_WhenAnswered_ReadsVersionAndPolls(string commit, string? expected)
    {
        var asking = _app.Administration().GetAboutAsync(CancellationToken);

        var request = await _app.NextAsync();
        Assert.Equal("GET /api/about", request.Line);
        request.AnswerJson(HttpStatusCode.OK, $$$"""
            {"version":"0.1.0","commit":{{{commit}}},"instance":"i-1","started":"2026-11-26T12:00:00.000Z",
             "polls":{"held":1,"max":1000,"maxPerRecipient":5},"storage":{"answers":false}}
            """);

        Assert.Equal(
            new AboutApp("0.1.0", expected, "i-1", Noon) { HeldPolls = 1, MaxHeldPolls = 1_000, MaxHeldPollsPerRecipient = 5 },
            await asking.Bounded());
    }

    [Fact]
    public async Task EveryCall_WhenTheStorageFails_ThrowsWithRetryAfter()
    {
        var redriving = _app.Administration().RedriveAsync("alice", cancellationToken: CancellationToken);

        (await _app.NextAsync()).AnswerUnavailable(retryAfter: "5");

        var error = await Assert.ThrowsAsync<FuncCometException>(() => redriving.Bounded());
        Assert.Equal(("storage-unavailable", TimeSpan.FromSeconds(5)), (error.Code, error.RetryAfter));
        Assert.False(_app.HasRequest);
    }

    [Theory]
    [MemberData(nameof(ArgumentTests.BadRecipients), MemberType = typeof(ArgumentTests), DisableDiscoveryEnumeration = true)]
    public async Task EveryMethod_WhenTheRecipientBreaksItsRule_NamesTheParameter(string recipient)
    {
        await RefusesAsync("recipient", app => app.PeekMessagesAsync(recipient, cancellationToken: CancellationToken));
        await RefusesAsync("recipient", app => app.ListDeadLettersAsync(recipient, cancellationToken: CancellationToken));
        await RefusesAsync("recipient", app => app.RedriveAsync(recipient, cancellationToken: CancellationToken));
        await RefusesAsync("recipient", app => app.PurgeDeadLettersAsync(recipient, cancellationToken: CancellationToken));
        await RefusesAsync("recipient", app => app.EraseAsync(recipient, CancellationToken));
    }

    [Theory]
    [MemberData(nameof(BadMarkers), DisableDiscoveryEnumeration = true)]
    public async Task EveryMethod_WhenTheMarkerBreaksItsRule_NamesTheParameter(string after)
    {
        await RefusesAsync("after", app => app.ListDeadLetterRecipientsAsync(after, cancellationToken: CancellationToken));
        await RefusesAsync("after", app => app.RedriveAllAsync(after, cancellationToken: CancellationToken));
        await RefusesAsync("after", app => app.PurgeAllDeadLettersAsync(after, CancellationToken));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(33, 1_001)]
    public async Task EveryMethod_WhenTheNumberIsOutOfRange_NamesTheParameter(int peeked, int listed)
    {
        await RefusesAsync("max", app => app.PeekMessagesAsync("alice", peeked, cancellationToken: CancellationToken));
        await RefusesAsync("max", app => app.ListDeadLettersAsync("alice", peeked, cancellationToken: CancellationToken));
        await RefusesAsync("max", app => app.ListDeadLetterRecipientsAsync(max: listed, cancellationToken: CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(2_592_001)]
    public async Task RedriveAsync_WhenTheTimeIsOutOfRange_NamesTheParameter(double seconds)
    {
        var timeToLive = TimeSpan.FromSeconds(seconds);
        await RefusesAsync("timeToLive", app => app.RedriveAsync("alice", timeToLive, CancellationToken));
        await RefusesAsync("timeToLive", app => app.RedriveAllAsync(null, timeToLive, CancellationToken));
    }

    [Fact]
    public void AddFuncCometClient_WhenResolved_GivesOneAdministration()
    {
        var services = new ServiceCollection();
        services.AddFuncCometClient(options => options.BaseAddress = new Uri("https://app.example/api"));
        using var provider = services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredService<FuncCometAdministration>(), provider.GetRequiredService<FuncCometAdministration>());
    }

    private async Task RefusesAsync(string name, Func<FuncCometAdministration, Task> call)
    {
        var refused = await Assert.ThrowsAnyAsync<ArgumentException>(() => call(_app.Administration()).Bounded());

        Assert.Equal(name, refused.ParamName);
        Assert.False(_app.HasRequest);
    }
}
