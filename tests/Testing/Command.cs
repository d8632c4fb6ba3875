using System.ComponentModel;
using System.Diagnostics;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>A program that must end within a time limit.</summary>
public sealed class Command(string program, params string[] arguments)
{
    private const int LinesShown = 12;

    // An installer prints hundreds of lines. One every now and then is enough to show that it makes progress.
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    public required TimeSpan Limit { get; init; }

    /// <summary>Runs the programs one after another, until one fails; returns null if all succeed.</summary>
    public static async Task<CommandFailure?> RunAllAsync(IEnumerable<Command> commands, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(commands);
        foreach (var command in commands)
        {
            if (await command.RunAsync(output) is { } failed)
            {
                return failed;
            }
        }

        return null;
    }

    /// <summary>The paths at which a file of one of these names stands in a folder of PATH.</summary>
    public static IEnumerable<string> OnPath(params IReadOnlyCollection<string> names)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Where(File.Exists);
    }

    /// <summary>Runs the program to its end; returns null if it succeeds.</summary>
    public async Task<CommandFailure?> RunAsync(TextWriter output)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        start.Environment["PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT"] = "10000";
        using var process = TryStart(start);
        if (process is null)
        {
            return Failure("it was not found", []);
        }

        process.StandardInput.Close();
        var written = new ProcessOutput(process);
        var shown = TimeProvider.System.GetTimestamp();
        written.LineWritten += ShowNowAndThen;
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            return Failure($"it did not end within {Limit}", written.Lines);
        }

        return process.ExitCode == 0
            ? null
            : Failure(written.Lines.FirstOrDefault(IsError) ?? $"exit code {process.ExitCode}", written.Lines);

        void ShowNowAndThen(string line)
        {
            if (TimeProvider.System.GetElapsedTime(shown) > BetweenLines)
            {
                shown = TimeProvider.System.GetTimestamp();
                output.WriteLine($"  {line}");
            }
        }
    }

    private static bool IsError(string line) =>
        line.StartsWith("Error: ", StringComparison.Ordinal) || line.StartsWith("E: ", StringComparison.Ordinal);

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

    private CommandFailure Failure(string why, IEnumerable<string> lines) =>
        new($"{Path.GetFileName(program)} {string.Join(' ', arguments)}", why, [.. lines.TakeLast(LinesShown)]);
}
