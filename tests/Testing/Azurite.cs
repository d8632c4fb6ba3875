using System.Diagnostics;
using FuncComet.LocalHost.Storage;
using Xunit;

namespace FuncComet.Testing;

/// <summary>An Azurite that only this fixture uses, on a free port, with its data in a temporary folder.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private readonly string _data = AzuriteServer.NewPassingData();
    private AzuriteServer? _server;
    private string? _connectionString;

    public string ConnectionString => _connectionString ?? throw new InvalidOperationException("Azurite has not been started.");

    public async ValueTask InitializeAsync() => await StartAsync(port: 0);

    /// <summary>Stops Azurite by SIGTERM, as an operator would, and keeps its data.</summary>
    public async Task StopAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    /// <summary>Starts Azurite again, with the same address and the same data.</summary>
    public Task StartAgainAsync() => StartAsync(new Uri(ConnectionString.Split("QueueEndpoint=")[1].TrimEnd(';')).Port);

    /// <summary>Suspends the process and resumes it after <paramref name="time"/>.</summary>
    public async Task FreezeAsync(TimeSpan time)
    {
        await SignalAsync("STOP");
        await Task.Delay(time);
        await SignalAsync("CONT");
    }

    private async Task SignalAsync(string signal)
    {
        using var pkill = Process.Start("pkill", [$"-{signal}", "-P", $"{_server!.ProcessId}"]);
        await pkill.WaitForExitAsync();
        if (pkill.ExitCode != 0)
        {
            throw new InvalidOperationException($"pkill -{signal} found no Azurite.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    private async Task StartAsync(int port)
    {
        _server = await AzuriteServer.StartAsync(port, _data, SetUpProgress.Output, CancellationToken.None);
        _connectionString = _server.ConnectionString;
    }
}

/// <summary>
/// The progress of slow set-up steps. It goes to standard error directly, because the test runner would show it only at the end.
/// </summary>
internal static class SetUpProgress
{
    public static TextWriter Output { get; } = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
}
