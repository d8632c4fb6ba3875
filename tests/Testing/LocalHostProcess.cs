using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FuncComet.Testing;

/// <summary>LocalHost as a process of its own, as a user starts it.</summary>
public sealed partial class LocalHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    private LocalHostProcess(Process process) => _process = process;

    /// <summary>Where the functions are: …/api/.</summary>
    public Uri Url => _url.Task.Result;

    /// <summary>All that it printed so far.</summary>
    public IReadOnlyCollection<string> Output => _lines;

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts it and returns when it serves.</summary>
    public static async Task<LocalHostProcess> StartAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var host = Launch(arguments, environment);
        try
        {
            await host._url.Task.WaitAsync(LongestStart, TimeProvider.System);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and returns when it has ended: for starts that are to fail, and for --help.</summary>
    public static async Task<LocalHostProcess> RunToEndAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
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

    /// <summary>Sends SIGKILL, as a machine that fails does; returns when it has ended.</summary>
    public async Task KillAsync()
    {
        Send("KILL");
        await WaitForExitAsync(LongestStop);
        await DisposeAsync();
    }

    public async Task WaitForExitAsync(TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(end.Token);
    }

    /// <summary>Returns the first line that matches, now or later.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> matches, TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit);
        while (true)
        {
            if (_lines.FirstOrDefault(matches) is { } line)
            {
                return line;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), end.Token);
        }
    }

    /// <summary>Ends it where it still runs. A host that was killed has been disposed already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        using (_process)
        {
            if (!_process.HasExited)
            {
                Terminate();
                try
                {
                    await WaitForExitAsync(LongestStop);
                }
                catch (OperationCanceledException)
                {
                    _process.Kill(entireProcessTree: true);
                }
            }
        }
    }

    private static LocalHostProcess Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "FuncComet.LocalHost.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var host = new LocalHostProcess(Process.Start(start)!);
        host.Watch();
        return host;
    }

    private void Watch()
    {
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException($"LocalHost ended before it served:{Environment.NewLine}{string.Join(Environment.NewLine, _lines)}"));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (PollUrl().Match(line) is { Success: true } match)
        {
            _url.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"^ +Poll: (http://.*/)poll$")]
    private static partial Regex PollUrl();
}
