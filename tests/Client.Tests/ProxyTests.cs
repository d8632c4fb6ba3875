using System.Collections.Concurrent;
using FuncComet.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FuncComet.Client.Tests;

/// <summary>
/// The client behind proxies that end requests after 8 seconds. It finds that out from the first two polls, or from three if this machine
/// is so busy that the first takes longer, and asks for less then.
/// </summary>
public sealed class ProxyTests(LocalApp app)
{
    private const int Pushes = 7;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BetweenPushes = TimeSpan.FromSeconds(5);

    // The lease that polls ask for once one was cut, and the time in which the message must come after it.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15 + 5);

    // Long enough that all polls that were cut are still held when the first messages come.
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(40);

    private readonly string _recipient = $"proxy-{Guid.NewGuid():N}";
    private readonly FakeLogger<FuncCometClient> _logger = new();
    private readonly ConcurrentDictionary<string, long> _pushed = new();
    private readonly ConcurrentQueue<(CometMessage Message, long At)> _handled = new();

    // How many polls were cut before the limit was known.
    private int _cuts;

    // The handler of the first message ends with it.
    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAllAsync_BehindAProxyThatKeepsCutPollsOpen_GetsEveryMessageOnceAndSoon()
    {
        await using var tap = await StorageTap.StartAsync(app.Storage);
        await using var host = await StartAsync(tap.ConnectionString);
        await using var proxy = await CuttingProxy.StartAsync(host.Url, Limit);

        await ReadAndPushAsync(
            host.Url,
            proxy.Url,
            heldInVain: () => _cuts,
            whileHeld: () => RestAsync(tap),
            whileBusy: () => Await.UntilAsync(() => proxy.LostMessages == 1, "a message for a poll that was cut"));

        Assert.Equal((_cuts, 1), (proxy.Cuts, proxy.LostMessages));
        var repeat = Assert.Single(_handled, handled => handled.Message.Deliveries > 1);
        Assert.Equal("while the handler works", repeat.Message.Text);
    }

    [Fact]
    public async Task ReadAllAsync_BehindNginx_GetsEveryMessageOnceAndSoon()
    {
        await using var host = await StartAsync(app.Storage);
        await using var nginx = await Nginx.StartAsync(host.Url, Limit);

        await ReadAndPushAsync(
            host.Url, nginx.Url, heldInVain: () => 0, whileHeld: () => Task.CompletedTask, whileBusy: () => Task.CompletedTask);

        Assert.All(_handled, handled => Assert.Equal(1, handled.Message.Deliveries));
    }

    // Returns when no storage request for the recipient is under way, and none has been for a second. A poll is handed messages once it has
    // looked into the mailbox. On a busy machine that may be later than it counts as held.
    private async Task RestAsync(StorageTap tap)
    {
        var quietSince = TimeProvider.System.GetTimestamp();
        var seen = 0;
        await Await.UntilAsync(
            () =>
            {
                var requests = tap.RequestsOf(_recipient);
                if (requests != seen || tap.AnswersOf(_recipient) != requests)
                {
                    (seen, quietSince) = (requests, TimeProvider.System.GetTimestamp());
                }

                return TimeProvider.System.GetElapsedTime(quietSince) >= TimeSpan.FromSeconds(1);
            },
            "a second without a storage request");
    }

    private async Task ReadAndPushAsync(
        Uri appUrl, Uri proxyUrl, Func<int> heldInVain, Func<Task> whileHeld, Func<Task> whileBusy)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        var server = new FuncCometClient(http, new FuncCometClientOptions { BaseAddress = appUrl });
        await WarmUpAsync();
        var reader = ReadAsync();
        await Await.UntilAsync(() => Logged(LogLevel.Information).Count == 1, "the limit");
        await Await.UntilAsync(() => (_cuts = Logged(LogLevel.Warning).Count) >= 2, "the report of the last cut");

        // The reader's own poll, the newest, takes the first message. While the reader is busy, only polls that were cut can take one.
        var administration = new FuncCometAdministration(http, new FuncCometClientOptions { BaseAddress = appUrl });
        await Await.UntilAsync(
            async () => (await administration.GetAboutAsync(CancellationToken)).HeldPolls == heldInVain() + 1,
            "the reader's poll, and all that were cut");
        await whileHeld();
        await PushAsync("the first");
        await Await.UntilAsync(() => !_handled.IsEmpty, "the first message");
        await PushAsync("while the handler works");
        await whileBusy();
        _busy.SetResult();

        // Right after a push the reader does not poll for a moment. What went to a poll that was cut comes again after 15 seconds, a
        // multiple of the time between pushes. So begin half-way, or it might go to another such poll.
        using var timer = new PeriodicTimer(BetweenPushes / 2);
        for (var number = 1; number <= Pushes; number++)
        {
            Assert.True(await timer.WaitForNextTickAsync(CancellationToken));
            timer.Period = BetweenPushes;
            await PushAsync($"{number}");
        }

        await Await.UntilAsync(() => _handled.Count >= _pushed.Count, "every message");
        await Await.UntilAsync(
            async () => (await server.CountMailboxAsync(_recipient, CancellationToken)).Messages == 0,
            "every acknowledgement");
        await reading.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.Bounded());
        Assert.Equal(_pushed.Keys.Order(), _handled.Select(handled => handled.Message.Id).Order());
        Assert.All(
            _handled,
            handled => Assert.InRange(
                TimeProvider.System.GetElapsedTime(_pushed[handled.Message.Id], handled.At), TimeSpan.Zero, LongestDelay));
        Assert.Equal((_cuts, 1), (Logged(LogLevel.Warning).Count, Logged(LogLevel.Information).Count));

        // The first request to the app and the first through the proxy take longer, so that the first cut would not be like the next.
        async Task WarmUpAsync()
        {
            var atOnce = new PollRequest { Timeout = TimeSpan.Zero };
            Assert.Empty(await server.PollAsync(_recipient, atOnce, CancellationToken));
            var behind = new FuncCometClient(http, new FuncCometClientOptions { BaseAddress = proxyUrl });
            Assert.Empty(await behind.PollAsync(_recipient, atOnce, CancellationToken));
        }

        async Task ReadAsync()
        {
            var options = new FuncCometClientOptions
            {
                BaseAddress = proxyUrl,
                Lease = TimeSpan.FromSeconds(30),
                PollTimeout = PollTimeout,
            };
            var client = new FuncCometClient(http, options, logger: _logger);
            await foreach (var message in client.ReadAllAsync(_recipient, reading.Token))
            {
                _handled.Enqueue((message, TimeProvider.System.GetTimestamp()));
                await _busy.Task;
            }
        }

        async Task PushAsync(string text)
        {
            var at = TimeProvider.System.GetTimestamp();
            _pushed[(await server.PushAsync(_recipient, new(text), CancellationToken)).Id] = at;
        }
    }

    private List<string> Logged(LogLevel level) =>
        [.. _logger.Collector.GetSnapshot().Where(record => record.Level == level).Select(record => record.Message)];

    private static Task<LocalHostProcess> StartAsync(string storage) => LocalHostProcess.StartAsync(["--port", "0", "--storage", storage]);
}
