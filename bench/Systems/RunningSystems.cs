using FuncComet.Bench.Measuring;

namespace FuncComet.Bench.Systems;

/// <summary>Systems that run beside each other; those whose turn it is not hold no polls and do nothing.</summary>
internal sealed class RunningSystems : IAsyncDisposable
{
    private RunningSystems(IReadOnlyList<IPushSystem> systems) => All = systems;

    public IReadOnlyList<IPushSystem> All { get; }

    public static async Task<RunningSystems> StartAsync(IReadOnlyList<IPushSystem> systems, CancellationToken cancellationToken)
    {
        var running = new RunningSystems(systems);
        try
        {
            foreach (var system in systems)
            {
                await system.StartAsync(cancellationToken);
            }

            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Each in turn serves for this long.</summary>
    public async Task WarmUpAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        foreach (var system in All)
        {
            await WaitingClients.WarmUpAsync(system, time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var system in All)
        {
            await system.DisposeAsync();
        }
    }
}
