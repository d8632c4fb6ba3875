using System.Diagnostics;
using FuncComet.LocalHost;

namespace FuncComet.Browser.Tests;

/// <summary>A screen that nobody sees, by Xvfb, for browsers that cannot do without one.</summary>
internal sealed class Display : IAsyncDisposable
{
    public const string Executable = "Xvfb";

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private Display(Process process, string name) => (_process, Name) = (process, name);

    /// <summary>The value of the variable <c>DISPLAY</c>.</summary>
    public string Name { get; }

    public static async Task<Display> StartAsync()
    {
        // It chooses a number that is free, and writes it when it is ready.
        var start = new ProcessStartInfo(Executable, ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var output = new ProcessOutput(process);
        var number = await output.WaitForLineAsync(line => int.TryParse(line, out _), LongestStart, CancellationToken.None);
        return number is null
            ? throw new StartException($"{Executable} does not start: {string.Join(" | ", output.Lines)}")
            : new Display(process, $":{number}");
    }

    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            await _process.StopAsync(_process.Kill, LongestStop);
        }
    }
}
