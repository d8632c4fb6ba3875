using System.Diagnostics;
using System.Text.Json;
using FuncComet.Bench.Serving;

namespace FuncComet.Bench.Systems;

/// <summary>
/// This program again, in a process of its own, serving one system. It is asked through its standard input and answers on its standard output,
/// so asking needs no second server in the process that is measured; it ends when its input closes, that is also when this process dies.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);

    private ChildProcess(Process process) => _process = process;

    /// <summary>Where it serves.</summary>
    public Uri Url { get; private set; } = null!;

    public static async Task<ChildProcess> StartAsync(string kind, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ChildProcess).Assembly.Location, "serve", kind])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // Its standard output is for answers.
        start.Environment["Logging__Console__LogToStandardErrorThreshold"] = "Trace";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(Process.Start(start)!);
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
            if (_process.HasExited)
            {
                return;
            }

            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(LongestStop);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
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

    private InvalidOperationException Ended() => new($"A child process of the bench ended before its time{(_process.HasExited ? $", with exit code {_process.ExitCode}" : "")}.");
}
