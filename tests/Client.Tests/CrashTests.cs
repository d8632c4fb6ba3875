using System.Collections.Concurrent;
using System.Globalization;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The promise when LocalHost is killed again and again under a client that pushes and one that reads.</summary>
public sealed class CrashTests(LocalApp app, ITestOutputHelper output)
{
    private const string Recipient = "client-crash";

    [Fact]
    public async Task ReadAllAsync_WithTheHostKilled_LosesNothingAndHandsNothingOutTwice()
    {
        await using var instance = await Instance.StartAsync(app.Storage);
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var client = new FuncCometClient(http, new FuncCometClientOptions { BaseAddress = instance.Url, Lease = TimeSpan.FromSeconds(5), RememberedMessages = 100_000 });
        var read = new ConcurrentQueue<CometMessage>();
        using var reading = new CancellationTokenSource();
        var reader = ReadAsync(client, read, reading.Token);

        var accepted = new ConcurrentQueue<int>();
        var killing = instance.KillAsync(times: 3, beforeEach: kill => Await.UntilAsync(() => accepted.Count >= 250 * (kill + 1), "pushes between two kills"));
        await PushAsync(client, accepted, until: killing).Bounded();

        // When all were read and nothing is left, nothing can come twice either.
        await Await.UntilAsync(async () => read.Count >= accepted.Count && (await client.CountMailboxAsync(Recipient)).Messages == 0, "every message");
        await reading.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.Bounded());
        output.WriteLine($"accepted {accepted.Count}, read {read.Count}, of these handed out before in vain {read.Count(message => message.Deliveries > 1)}");
        Assert.Equal(accepted.Order(), read.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture)).Order());
    }

    private static async Task ReadAsync(FuncCometClient client, ConcurrentQueue<CometMessage> read, CancellationToken cancellationToken)
    {
        await foreach (var message in client.ReadAllAsync(Recipient, cancellationToken))
        {
            read.Enqueue(message);
        }
    }

    private static async Task PushAsync(FuncCometClient client, ConcurrentQueue<int> accepted, Task until)
    {
        var last = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!until.IsCompleted)
            {
                var number = Interlocked.Increment(ref last);
                await PushAsync(client, number);
                accepted.Enqueue(number);
            }
        }));
        await until;
    }

    // A push whose answer did not come is repeated under its key: what it may have stored twice is handed out once.
    private static async Task PushAsync(FuncCometClient client, int number)
    {
        for (var isAccepted = false; !isAccepted;)
        {
            try
            {
                await client.PushAsync(Recipient, new($"{number}") { Key = $"key-{number}" }, TestContext.Current.CancellationToken);
                isAccepted = true;
            }
            catch (FuncCometException ex) when (ex.IsTransient)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A LocalHost that is killed and comes again at the same address.</summary>
    private sealed class Instance(string storage, LocalHostProcess host) : IAsyncDisposable
    {
        private LocalHostProcess _host = host;

        public Uri Url { get; } = host.Url;

        public static async Task<Instance> StartAsync(string storage) => new(storage, await StartAsync(storage, port: 0));

        public async Task KillAsync(int times, Func<int, Task> beforeEach)
        {
            for (var kill = 0; kill < times; kill++)
            {
                await beforeEach(kill);
                await _host.KillAsync();
                _host = await StartAsync(storage, Url.Port);
            }
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private static Task<LocalHostProcess> StartAsync(string storage, int port) => LocalHostProcess.StartAsync(
            ["--port", $"{port}", "--storage", storage],
            new Dictionary<string, string> { ["FuncComet__Mailbox__MaxDeliveries"] = "0" });
    }
}
