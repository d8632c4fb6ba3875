using System.Collections.Concurrent;
using System.Globalization;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>
/// LocalHost is killed and restarted several times while a client pushes and reads. No message may be lost or returned twice.
/// </summary>
public sealed class CrashTests(LocalApp app, ITestOutputHelper output)
{
    private const string Recipient = "client-crash";

    [Fact]
    public async Task ReadAllAsync_WhenTheHostIsKilled_ReturnsEveryMessageOnce()
    {
        await using var instance = await KilledInstance.StartAsync(app.Storage, maxDeliveries: 0);
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var options = new FuncCometClientOptions
        {
            BaseAddress = instance.Url,
            Lease = TimeSpan.FromSeconds(5),
            RememberedMessages = 100_000,
        };
        var client = new FuncCometClient(http, options);
        var read = new ConcurrentQueue<CometMessage>();
        using var reading = new CancellationTokenSource();
        var reader = ReadAsync(client, read, reading.Token);

        var accepted = new ConcurrentQueue<int>();
        var killing = instance.KillAsync(
            times: 3,
            beforeEach: kill => Await.UntilAsync(() => accepted.Count >= 250 * (kill + 1), "pushes between two kills"));
        await PushAsync(client, accepted, until: killing).Bounded();

        // Once all messages are read and acknowledged, none can be delivered a second time.
        await Await.UntilAsync(
            async () => read.Count >= accepted.Count && await IsEmptyAsync(client),
            "every message read and acknowledged");
        await reading.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.Bounded());
        var redelivered = read.Count(message => message.Deliveries > 1);
        output.WriteLine($"{accepted.Count} accepted, {read.Count} read, {redelivered} of them not at their first delivery");
        Assert.Equal(accepted.Order(), read.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture)).Order());
    }

    private static async Task<bool> IsEmptyAsync(FuncCometClient client) => (await client.CountMailboxAsync(Recipient)).Messages == 0;

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

    // A push that got no answer is repeated with the same key, so that the client returns the message once even if both pushes stored it.
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
}
