using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>
/// The client against a LocalHost behind a proxy. While the process is dead, the client gets an empty 500, as from the Functions host when
/// its worker dies.
/// </summary>
public sealed class SecondHopTests(LocalApp app)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAllAsyncAndPushAsync_WhenTheWorkerDies_LoseNothing()
    {
        var recipient = $"hop-{Guid.NewGuid():N}";
        await using var host = await StartAsync(port: 0);
        await using var hop = await SecondHop.StartAsync(host.Url);
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var client = new FuncCometClient(http, new FuncCometClientOptions { BaseAddress = hop.Url });
        await using var messages = client.ReadAllAsync(recipient, CancellationToken).GetAsyncEnumerator(CancellationToken);
        await client.PushAsync(recipient, new("before"), CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        Assert.Equal("before", messages.Current.Text);

        // This poll is held when the process dies, and the push meets a process that does not listen.
        var next = messages.MoveNextAsync().AsTask();
        await Await.UntilAsync(
            async () => (await client.CountMailboxAsync(recipient, CancellationToken)).Messages == 0,
            "the acknowledgement that the held poll carries");
        await host.KillAsync();
        // More attempts than usual, because a busy machine takes long to start the process again.
        var pushing = client.PushAsync(recipient, new("after") { Attempts = 20 }, CancellationToken);
        await Await.UntilAsync(
            () => hop.Failed.Any(request => request.Function == "push") && hop.Failed.Any(request => request.Function == "poll"),
            "an empty 500 to the push and to the poll");
        await using var restarted = await StartAsync(host.Url.Port);

        var pushed = await pushing.Bounded();
        Assert.True(await next.Bounded());
        Assert.Equal(("after", pushed.Id), (messages.Current.Text, messages.Current.Id));
        var keys = hop.Failed.Where(request => request.Function == "push").Select(request => request.Key);
        Assert.All(keys, key => Assert.Equal(messages.Current.Key, key));
    }

    private Task<LocalHostProcess> StartAsync(int port) => LocalHostProcess.StartAsync(["--port", $"{port}", "--storage", app.Storage]);
}
