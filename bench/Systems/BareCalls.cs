using System.Collections.Concurrent;

namespace FuncComet.Bench.Systems;

/// <summary>
/// A limit: a push is one call, and counts as delivered when the call is answered. Its clients wait in this process and are sent nothing.
/// </summary>
internal abstract class BareCalls : IPushSystem
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private int _held;

    public abstract string Name { get; }

    public abstract Task StartAsync(CancellationToken cancellationToken);

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) => new Client(this, recipient);

    public abstract Task PushAsync(string recipient, CancellationToken cancellationToken);

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => Task.FromResult(new Holding(Volatile.Read(ref _held)));

    public Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) => Task.FromResult(new SystemState());

    public abstract ValueTask DisposeAsync();

    /// <summary>Prepares for the calls of a recipient.</summary>
    protected virtual Task PrepareAsync(string recipient, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The call has been answered.</summary>
    protected void Deliver(string recipient) => _waiting[recipient].TrySetResult();

    private sealed class Client(BareCalls system, string recipient) : IWaitingClient
    {
        private bool _prepared;

        public async Task PollAsync(CancellationToken cancellationToken)
        {
            var waiting = system._waiting[recipient] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_prepared)
            {
                await system.PrepareAsync(recipient, cancellationToken);
                _prepared = true;
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
