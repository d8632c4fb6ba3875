using FuncComet.Bench.Measuring;

namespace FuncComet.Bench.Systems;

/// <summary>Systems that run at the same time. Only the one that is being measured holds polls; the others are idle.</summary>
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

    /// <summary>Warms up each system for this long, one after another.</summary>
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
