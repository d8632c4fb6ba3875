using Azure.Storage.Queues;
using FuncComet.Doorbells;
using FuncComet.Polling;
using FuncComet.Pushing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Bench.Simulating;

/// <summary>Core as in one instance of the app, with its default settings, on a storage and a clock of the simulation.</summary>
internal sealed class SimulatedInstance : IAsyncDisposable
{
    private readonly NeverStopping _host = new();
    private readonly ServiceProvider _services;

    public SimulatedInstance(TimeProvider time, QueueServiceClient storage)
    {
        var configuration = new ConfigurationBuilder().Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddMetrics()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IHostApplicationLifetime>(_host)
            .AddSingleton(time)
            .AddFuncCometCore(configuration)
            .AddSingleton(storage)
            .BuildServiceProvider();
    }

    public LongPoll Poll => _services.GetRequiredService<LongPoll>();

    public MessagePush Push => _services.GetRequiredService<MessagePush>();

    public InstanceBell Bell => _services.GetRequiredService<InstanceBell>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class NeverStopping : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}
