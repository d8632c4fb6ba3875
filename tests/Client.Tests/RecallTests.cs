using System.Net;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>What a push tells about recalling, and how copies are taken back.</summary>
public sealed class RecallTests : IDisposable
{
    private readonly ScriptedApp _app = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task PushAsync_WhenACopyWasHandedToAPoll_HasNoHandleForIt()
    {
        var pushing = Server().PushAsync(["alice", "bob", "carol"], new("hello"), CancellationToken);

        (await _app.NextAsync()).AnswerJson(HttpStatusCode.Accepted, """
            {"accepted":[
              {"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z","recall":"h-1"},
              {"rcpt":"bob","id":"1","expires":"2026-01-08T00:00:00.000Z","handed":true},
              {"rcpt":"carol","id":"1","expires":"2026-01-08T00:00:00.000Z"}]}
            """);

        var copies = await pushing.Bounded();
        Assert.Equal(["h-1", null, null], copies.Select(copy => copy.Recall));
        Assert.Equal([false, true, false], copies.Select(copy => copy.IsHanded));
    }

    [Fact]
    public async Task RecallAsync_WhenTheAppHasRemovedTheCopy_ReturnsTrue()
    {
        var recalling = Server().RecallAsync(Copy("alice & bob", "h-1"), CancellationToken);

        var recall = await _app.NextAsync();
        Assert.Equal("DELETE /api/push?rcpt=alice%20%26%20bob&recall=h-1", recall.Line);
        Assert.Equal("secret", recall.Header("x-functions-key"));
        recall.AnswerNothing();

        Assert.True(await recalling.Bounded());
    }

    [Fact]
    public async Task RecallAsync_WhenTheCopyWasDelivered_ReturnsFalse()
    {
        var recalling = Server().RecallAsync(Copy("alice", "h-1"), CancellationToken);

        (await _app.NextAsync()).AnswerProblem(HttpStatusCode.Conflict, "already-delivered", ",\"delivered\":[\"h-1\"]");

        Assert.False(await recalling.Bounded());
    }

    [Fact]
    public async Task RecallAsync_WhenTheCopyHasNoHandle_ReturnsFalseWithoutARequest()
    {
        Assert.False(await Server().RecallAsync(Copy("alice", handle: null), CancellationToken).Bounded());

        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task RecallAsync_OfCopiesOfTwoRecipients_ReturnsThoseTakenBack()
    {
        PushedCopy[] copies =
            [Copy("alice", "h-1"), Copy("bob", "h-2"), Copy("alice", "h-3"), Copy("alice", handle: null), Copy("alice", "h-1")];
        var recalling = Server().RecallAsync(copies, CancellationToken);

        var requests = new[] { await _app.NextAsync(), await _app.NextAsync() }.OrderBy(request => request.Line).ToList();
        Assert.Equal("DELETE /api/push?rcpt=alice&recall=h-1&recall=h-3", requests[0].Line);
        Assert.Equal("DELETE /api/push?rcpt=bob&recall=h-2", requests[1].Line);
        requests[1].AnswerNothing();
        requests[0].AnswerProblem(HttpStatusCode.Conflict, "already-delivered", ",\"delivered\":[\"h-1\"]");

        Assert.Equal([copies[1], copies[2]], await recalling.Bounded());
    }

    [Fact]
    public async Task RecallAsync_WhenThereAreMoreCopiesThanARequestTakes_SendsSeveral()
    {
        PushedCopy[] copies =
        [
            .. Enumerable.Range(10, 32).Select(number => Copy("alice", $"{new string('h', 118)}{number}")),
            .. Enumerable.Range(10, 33).Select(number => Copy("bob", $"h-{number}")),
        ];
        var recalling = Server().RecallAsync(copies, CancellationToken);

        var requests = new List<ScriptedRequest>();
        for (var sent = 0; sent < 4; sent++)
        {
            requests.Add(await _app.NextAsync());
            requests[sent].AnswerNothing();
        }

        Assert.Equal(copies, await recalling.Bounded());
        Assert.All(
            requests,
            request => Assert.InRange(request.QueryLength, 1, 4_000));
        Assert.All(requests, request => Assert.InRange(request.ValuesOf("recall").Count(), 1, 32));
        Assert.Equal(65, requests.Sum(request => request.ValuesOf("recall").Count()));
    }

    [Fact]
    public async Task RecallAsync_WhenTheStorageFailsForAPart_ThrowsWithWhatIsKnown()
    {
        PushedCopy[] copies = [Copy("alice", "h-1"), Copy("alice", "h-2"), Copy("alice", "h-3")];
        var recalling = Server().RecallAsync(copies, CancellationToken);

        (await _app.NextAsync()).AnswerProblem(
            HttpStatusCode.ServiceUnavailable, "storage-unavailable", ""","failed":["h-2"],"delivered":["h-3"]""");

        var error = await Assert.ThrowsAsync<RecallFailedException>(() => recalling.Bounded());
        Assert.Equal("storage-unavailable", error.Code);
        Assert.True(error.IsTransient);
        Assert.Equal([copies[0]], error.Recalled);
        Assert.Equal([copies[1]], error.Failed);
        Assert.False(_app.HasRequest);
    }

    [Fact]
    public async Task RecallAsync_WhenNoAnswerComesForOneRecipient_ThrowsWithTheOthers()
    {
        PushedCopy[] copies = [Copy("alice", "h-1"), Copy("bob", "h-2")];
        var recalling = Server().RecallAsync(copies, CancellationToken);

        var requests = new[] { await _app.NextAsync(), await _app.NextAsync() }.OrderBy(request => request.Line).ToList();
        requests[0].Break(new HttpRequestException("The response ended prematurely."));
        requests[1].AnswerNothing();

        var error = await Assert.ThrowsAsync<RecallFailedException>(() => recalling.Bounded());
        Assert.Equal(FuncCometException.Unreachable, error.Code);
        Assert.Equal([copies[1]], error.Recalled);
        Assert.Equal([copies[0]], error.Failed);
    }

    private static PushedCopy Copy(string recipient, string? handle) => new(recipient, "1", default) { Recall = handle };

    private FuncCometClient Server() => _app.Client(options => options.FunctionKey = "secret");
}
