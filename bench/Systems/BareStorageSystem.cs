using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Bench.Systems;

/// <summary>
/// The limit that the storage sets: a push is one SendMessage from this process and counts as delivered when Storage has answered. The push
/// then deletes the message, which counts towards throughput but not towards latency. It uses FuncComet's storage client.
/// </summary>
internal sealed class BareStorageSystem(string connectionString) : IPushSystem
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics()
        .AddFuncCometCore(new ConfigurationBuilder().AddInMemoryCollection([new("FuncComet:Storage", connectionString)]).Build())
        .BuildServiceProvider();

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private int _held;

    public string Name => SystemNames.BareStorage;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) => new Client(this, recipient);

    public async Task PushAsync(string recipient, CancellationToken cancellationToken)
    {
        var queue = QueueOf(recipient);
        var sent = (await queue.SendMessageAsync(Http.Message, cancellationToken)).Value;
        _waiting[recipient].TrySetResult();
        await queue.DeleteMessageAsync(sent.MessageId, sent.PopReceipt, cancellationToken);
    }

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => Task.FromResult(new Holding(Volatile.Read(ref _held)));

    public Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) => Task.FromResult(new SystemState());

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private QueueClient QueueOf(string recipient) => _services.GetRequiredService<QueueServiceClient>().GetQueueClient($"bare-{recipient}");

    private sealed class Client(BareStorageSystem system, string recipient) : IWaitingClient
    {
        private bool _created;

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            var waiting = system._waiting[recipient] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_created)
            {
                await system.QueueOf(recipient).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                _created = true;
            }

            Interlocked.Increment(ref system._held);
            try
            {
                await waiting.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref system._held);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
