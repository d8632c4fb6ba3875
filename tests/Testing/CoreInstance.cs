using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Testing;

/// <summary>Core as in one instance of the app, wired by <see cref="FuncCometServices"/>, with the storage and clock of a test.</summary>
public sealed class CoreInstance : IDisposable
{
    private readonly StoppableHost _host = new();
    private readonly ServiceProvider _services;

    /// <param name="time">The clock.</param>
    /// <param name="storage">The storage.</param>
    /// <param name="settings">Settings, whose names have ':' where environment variables have '__'.</param>
    public CoreInstance(TimeProvider time, QueueServiceClient storage, params IEnumerable<(string Name, string Value)> settings)
    {
        var values = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
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

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>The host begins to stop.</summary>
    public void Stop() => _host.Stopping.Cancel();

    public void Dispose()
    {
        _services.Dispose();
        _host.Stopping.Dispose();
    }

    private sealed class StoppableHost : IHostApplicationLifetime
    {
        public CancellationTokenSource Stopping { get; } = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => Stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}
