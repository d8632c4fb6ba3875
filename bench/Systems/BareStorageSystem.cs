using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Bench.Systems;

/// <summary>
/// The limit that the storage sets: a push is one SendMessage from this process and counts as delivered when Storage has answered. The push
/// then deletes the message, which counts towards throughput but not towards latency. It uses FuncComet's storage client.
/// </summary>
internal sealed class BareStorageSystem(string connectionString) : BareCalls
{
    // The account may hold other queues.
    private readonly string _prefix = $"bare-{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<string, QueueClient> _created = new();

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics()
        .AddFuncCometCore(new ConfigurationBuilder().AddInMemoryCollection([new("FuncComet:Storage", connectionString)]).Build())
        .BuildServiceProvider();

    public override string Name => SystemNames.BareStorage;

    public override Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task PushAsync(string recipient, CancellationToken cancellationToken)
    {
        var queue = QueueOf(recipient);
        var sent = (await queue.SendMessageAsync(Http.Message, cancellationToken)).Value;
        Deliver(recipient);
        await queue.DeleteMessageAsync(sent.MessageId, sent.PopReceipt, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await Parallel.ForEachAsync(_created.Values, async (queue, _) => await queue.DeleteIfExistsAsync(CancellationToken.None));
        await _services.DisposeAsync();
    }

    protected override async Task PrepareAsync(string recipient, CancellationToken cancellationToken)
    {
        var queue = _created[recipient] = QueueOf(recipient);
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
    }

    private QueueClient QueueOf(string recipient) =>
        _services.GetRequiredService<QueueServiceClient>().GetQueueClient($"{_prefix}-{recipient}");
}
