using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>A LocalHost that can be killed and restarted at the same address.</summary>
internal sealed class KilledInstance : IAsyncDisposable
{
    private readonly string _storage;
    private readonly int _maxDeliveries;
    private LocalHostProcess _host;
    private Task _killing = Task.CompletedTask;

    private KilledInstance(string storage, int maxDeliveries, LocalHostProcess host) =>
        (_storage, _maxDeliveries, _host, Url) = (storage, maxDeliveries, host, host.Url);

    public Uri Url { get; }

    public static async Task<KilledInstance> StartAsync(string storage, int maxDeliveries) =>
        new(storage, maxDeliveries, await StartAsync(storage, maxDeliveries, port: 0));

    public Task KillAsync(int times, Func<int, Task> beforeEach) => _killing = KillEachAsync(times, beforeEach);

    // A test that fails may leave before the last kill, which starts a process.
    public async ValueTask DisposeAsync()
    {
        await _killing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.DisposeAsync();
    }

    private async Task KillEachAsync(int times, Func<int, Task> beforeEach)
    {
        for (var kill = 0; kill < times; kill++)
        {
            await beforeEach(kill);
            await _host.KillAsync();
            _host = await StartAsync(_storage, _maxDeliveries, Url.Port);
        }
    }

    private static Task<LocalHostProcess> StartAsync(string storage, int maxDeliveries, int port) => LocalHostProcess.StartAsync(
        ["--port", $"{port}", "--storage", storage],
        new Dictionary<string, string> { ["FuncComet__Mailbox__MaxDeliveries"] = $"{maxDeliveries}" });
}
