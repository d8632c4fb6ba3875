using System.Diagnostics;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>The exit code and the output of a program that has ended.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    // Some programs take half a minute, and several times as long on a busy machine.
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(4);

    /// <summary>Runs a program to its end, in the root of the repository.</summary>
    public static Task<ProgramResult> OfAsync(string program, params string[] arguments) =>
        OfAsync(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="OfAsync(string, string[])"/>
    public static async Task<ProgramResult> OfAsync(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.WorkingDirectory = RepositoryRoot.Folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync())
                .WaitAsync(Guard);
            await process.WaitForExitAsync().WaitAsync(Guard);
            return new ProgramResult(process.ExitCode, texts[0], texts[1]);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
