using System.ComponentModel;
using System.Diagnostics;

namespace FuncComet.Browser.Tests;

/// <summary>A program that is run to its end, which comes within a limit.</summary>
internal sealed class Command(string program, params string[] arguments)
{
    private const int LinesKept = 12;

    // What installs says hundreds of lines: one now and then shows that it moves.
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    public required TimeSpan Limit { get; init; }

    /// <summary>Returns null where it did what it should.</summary>
    public async Task<CommandFailure?> RunAsync(TextWriter output)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        start.Environment["PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT"] = "10000";
        using var process = TryStart(start);
        if (process is null)
        {
            return Failure("it was not found", []);
        }

        process.StandardInput.Close();
        using var end = new CancellationTokenSource(Limit);
        var last = new Queue<string>();
        string? firstError = null;
        var shown = TimeProvider.System.GetTimestamp();
        try
        {
            await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return Failure($"it had not ended after {Limit}", last);
        }

        return process.ExitCode == 0 ? null : Failure(firstError ?? $"exit code {process.ExitCode}", last);

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(end.Token) is { } line)
            {
                lock (last)
                {
                    last.Enqueue(line);
                    firstError ??= IsError(line) ? line : null;
                    _ = last.Count > LinesKept && last.TryDequeue(out _);
                    if (TimeProvider.System.GetElapsedTime(shown) > BetweenLines)
                    {
                        shown = TimeProvider.System.GetTimestamp();
                        output.WriteLine($"  {line}");
                    }
                }
            }
        }
    }

    private static bool IsError(string line) => line.StartsWith("Error: ", StringComparison.Ordinal) || line.StartsWith("E: ", StringComparison.Ordinal);

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private CommandFailure Failure(string why, IReadOnlyCollection<string> last) => new($"{Path.GetFileName(program)} {string.Join(' ', arguments)}", why, last);
}
