using System.Diagnostics;
using System.Text.RegularExpressions;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>LocalHost in a process of its own, as a user starts it.</summary>
public sealed partial class LocalHostProcess : IAppInstance
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private bool _isDisposed;

    private LocalHostProcess(Process process) => (_process, _output) = (process, new ProcessOutput(process));

    /// <summary>The base address of the functions, which ends in <c>/api/</c>.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>All lines that it has printed so far.</summary>
    public IReadOnlyCollection<string> Output => _output.Lines;

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts LocalHost and returns when it serves.</summary>
    public static async Task<LocalHostProcess> StartAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var host = Launch(arguments, environment);
        try
        {
            var line = await host.WaitForLineAsync(PollUrl().IsMatch, LongestStart);
            host.Url = new Uri(PollUrl().Match(line).Groups[1].Value);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts LocalHost and returns when it has ended: for starts that must fail, and for --help.</summary>
    public static async Task<LocalHostProcess> RunToEndAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var host = Launch(arguments, environment);
        await host.WaitForExitAsync(LongestStart);
        return host;
    }

    /// <summary>Sends SIGTERM, as a service manager does.</summary>
    public void Terminate() => Send("TERM");

    /// <summary>Sends a signal by its name.</summary>
    public void Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Sends SIGKILL, which is what a failing machine looks like to LocalHost, and returns when the process has ended.</summary>
    public async Task KillAsync()
    {
        Send("KILL");
        await WaitForExitAsync(LongestStop);
        await DisposeAsync();
    }

    public Task WaitForExitAsync(TimeSpan limit) => _process.WaitForExitAsync().WaitAsync(limit);

    /// <summary>Returns the first line that matches, whether it is there already or still to come.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> matches, TimeSpan limit) =>
        await _output.WaitForLineAsync(matches, limit, CancellationToken.None)
        ?? throw new InvalidOperationException(
            $"LocalHost ended without the line that the test waits for:{Environment.NewLine}{string.Join(Environment.NewLine, Output)}");

    /// <summary>Ends it if it still runs. A host that was killed has been disposed already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        using (_process)
        {
            await _process.StopAsync(Terminate, LongestStop);
        }
    }

    private static LocalHostProcess Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "FuncComet.LocalHost.dll");

        // Azurite, which is one thread and stands for a machine of its own, comes before the many threads of the apps: else, with many
        // suites at work, it answers after the storage client's limit.
        var start = new ProcessStartInfo("nice", ["-n", "5", "dotnet", "exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new LocalHostProcess(Process.Start(start)!);
    }

    [GeneratedRegex(@"^ +Poll: (http://.*/)poll$")]
    private static partial Regex PollUrl();
}
