using System.Collections.Concurrent;
using Azure.Storage.Queues;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>
/// Two readers of one mailbox against a LocalHost, whose handlers take longer than two leases. A message becomes a dead letter when it has
/// been delivered three times.
/// </summary>
public sealed class SlowHandlerTests(LocalApp app, ITestOutputHelper output)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(12);

    private readonly ConcurrentQueue<CometMessage> _handled = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAllAsync_WhenAHandlerTakesLongerThanTheLease_HandlesTheMessageOnce()
    {
        var recipient = NewRecipient();
        await using var instance = await KilledInstance.StartAsync(app.Storage, maxDeliveries: 3);
        using var log = new RenewalLog();
        await PushAsync(instance, recipient, count: 1);

        await ReadUntilEmptyAsync(instance, recipient, log);

        var message = Assert.Single(_handled);
        Assert.Equal(("1", 1), (message.Text, message.Deliveries));
        Assert.InRange(log.Begun, 2, 12);
        Assert.Empty(await DeadLettersAsync(recipient));
    }

    [Fact]
    public async Task ReadAllAsync_WhenTheInstanceIsKilledDuringARenewal_RepeatsOnlyWhatWasNotAnsweredAndMarksIt()
    {
        var recipient = NewRecipient();
        await using var instance = await KilledInstance.StartAsync(app.Storage, maxDeliveries: 3);
        using var log = new RenewalLog { LosesFirstAnswer = true };
        await PushAsync(instance, recipient, count: 3);

        var killing = instance.KillAsync(times: 1, beforeEach: _ => Await.UntilAsync(() => log.Begun > 0, "a renewal"));
        await ReadUntilEmptyAsync(instance, recipient, log);
        await killing.Bounded();

        var deliveries = _handled.GroupBy(message => message.Id).ToList();
        output.WriteLine($"{_handled.Count} handled, {log.Unanswered.Count} messages had a renewal without an answer");
        Assert.NotEmpty(log.Unanswered);
        Assert.Equal(["1", "2", "3"], _handled.Select(message => message.Text).Distinct().Order());
        Assert.All(
            deliveries.Where(delivery => delivery.Count() > 1),
            delivery =>
            {
                Assert.Contains(delivery.Key, log.Unanswered);
                Assert.All(delivery.Skip(1), repeat => Assert.True(repeat.Deliveries > 1));
            });
        Assert.Empty(await DeadLettersAsync(recipient));
    }

    [Fact]
    public async Task ReleaseAsync_WhenAHandlerIsNotReady_GivesTheMessageToAnotherReaderAtOnce()
    {
        var recipient = NewRecipient();
        var client = app.Recipient(TimeSpan.FromHours(1));
        await using var messages = client.ReadAllAsync(recipient, CancellationToken).GetAsyncEnumerator(CancellationToken);
        await app.Server.PushAsync(recipient, new("hello"), CancellationToken);
        Assert.True(await messages.MoveNextAsync().AsTask().Bounded());
        var polling = client.PollAsync(recipient, new PollRequest { Lease = TimeSpan.FromHours(1) }, CancellationToken);

        await messages.Current.ReleaseAsync(TimeSpan.Zero, CancellationToken).Bounded();

        var repeat = Assert.Single(await polling.Bounded());
        Assert.Equal((messages.Current.Id, 2), (repeat.Id, repeat.Deliveries));
        await client.AcknowledgeAsync(recipient, [repeat.Receipt!], CancellationToken);
    }

    [Fact]
    public async Task RenewAsyncAndReleaseAsync_WhenCalledInAnOwnLoop_ChangeTheLease()
    {
        var recipient = NewRecipient();
        var client = app.Recipient(Lease);
        await app.Server.PushAsync(recipient, new("hello"), CancellationToken);
        var polled = await client.PollAsync(recipient, new PollRequest { Lease = TimeSpan.FromHours(1) }, CancellationToken);
        var old = Assert.Single(polled).Receipt!;

        var renewal = await client.RenewAsync(recipient, [old], TimeSpan.FromHours(1), CancellationToken).Bounded();
        var renewed = Assert.Single(renewal.Leases);
        Assert.Equal((old, 0), (renewed.Receipt, renewal.Expired.Count));

        Assert.Equal([old], (await client.RenewAsync(recipient, [old], Lease, CancellationToken).Bounded()).Expired);
        Assert.Empty(await client.ReleaseAsync(recipient, [renewed.Renewed], cancellationToken: CancellationToken).Bounded());
        var repeat = Assert.Single(await client.PollAsync(recipient, new PollRequest { Lease = Lease }, CancellationToken));
        Assert.Equal(2, repeat.Deliveries);
        await client.AcknowledgeAsync(recipient, [repeat.Receipt!], CancellationToken);
    }

    private static string NewRecipient() => $"slow-{Guid.NewGuid():N}";

    private static FuncCometClient Client(KilledInstance instance, HttpClient http) =>
        new(http, new FuncCometClientOptions { BaseAddress = instance.Url, Lease = Lease });

    private static async Task PushAsync(KilledInstance instance, string recipient, int count)
    {
        using var http = new HttpClient();
        for (var number = 1; number <= count; number++)
        {
            await Client(instance, http).PushAsync(recipient, new($"{number}"), CancellationToken);
        }
    }

    // Two clients, so that neither knows what the other has handled.
    private async Task ReadUntilEmptyAsync(KilledInstance instance, string recipient, RenewalLog log)
    {
        using var http = new HttpClient(log, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        var server = Client(instance, http);
        Task[] readers = [ReadAsync(Client(instance, http)), ReadAsync(Client(instance, http))];

        // Each wait has a limit of its own.
        await Await.UntilAsync(() => !_handled.IsEmpty, "a handled message");
        await Await.UntilAsync(() => IsEmptyAsync(atMost: 1), "all messages but one handled");
        await Await.UntilAsync(() => IsEmptyAsync(atMost: 0), "every message handled and acknowledged");
        await reading.CancelAsync();
        foreach (var reader in readers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.Bounded());
        }

        async Task ReadAsync(FuncCometClient client)
        {
            await foreach (var message in client.ReadAllAsync(recipient, reading.Token))
            {
                // The handler's work.
                await Task.Delay(Work, reading.Token);
                _handled.Enqueue(message);
            }
        }

        async Task<bool> IsEmptyAsync(int atMost)
        {
            try
            {
                return (await server.CountMailboxAsync(recipient, CancellationToken)).Messages <= atMost;
            }
            catch (FuncCometException ex) when (ex.IsTransient)
            {
                return false;
            }
        }
    }

    private async Task<IEnumerable<string>> DeadLettersAsync(string recipient)
    {
        var queue = new QueueClient(app.Storage, Named.Recipient(recipient).DeadLetterQueueName("fc"));
        return await queue.ExistsAsync(CancellationToken)
            ? (await queue.PeekMessagesAsync(32, CancellationToken)).Value.Select(letter => letter.Body.ToString())
            : [];
    }
}
