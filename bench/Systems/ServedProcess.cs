using System.Diagnostics;
using System.Text.Json;
using FuncComet.Bench.Serving;
using FuncComet.LocalHost;

namespace FuncComet.Bench.Systems;

/// <summary>
/// A child process that runs this program again to serve one system. Questions go to its standard input and answers come from its standard
/// output, so the measured process needs no second server to answer them. The child ends when its input closes, which also happens when
/// this process dies.
/// </summary>
internal sealed class ServedProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);

    private ServedProcess(Process process) => _process = process;

    /// <summary>The address it serves at.</summary>
    public Uri Url { get; private set; } = null!;

    public static async Task<ServedProcess> StartAsync(
        string kind,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ServedProcess).Assembly.Location, "serve", kind])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // Log to standard error: standard output carries the answers.
        start.Environment["Logging__Console__LogToStandardErrorThreshold"] = "Trace";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new ServedProcess(Process.Start(start)!);
        try
        {
            child.Url = new Uri((await child.ReadAsync<Served.Address>(cancellationToken)).Url);
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => AskAsync<Holding>(Served.Held, cancellationToken);

    public async Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) =>
        (await AskAsync<SystemState>(collect ? Served.Collect : Served.State, cancellationToken)).AddUsage(_process.Id);

    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            await _process.StopAsync(_process.StandardInput.Close, LongestStop);
        }

        _turn.Dispose();
    }

    private async Task<T> AskAsync<T>(string question, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_process.HasExited)
            {
                throw Ended();
            }

            await _process.StandardInput.WriteLineAsync(question);
            return await ReadAsync<T>(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> ReadAsync<T>(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(LongestAnswer, cancellationToken) is { } line
            ? JsonSerializer.Deserialize<T>(line)!
            : throw Ended();

    private InvalidOperationException Ended() =>
        new($"A child process of the bench ended unexpectedly{(_process.HasExited ? $", with exit code {_process.ExitCode}" : "")}.");
}
