using System.Diagnostics;
using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>How a program ended, and what it said.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs it in the clone's own folder.</summary>
    public static Task<ProgramResult> OfAsync(string program, params string[] arguments) => OfAsync(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="OfAsync(string, string[])"/>
    public static async Task<ProgramResult> OfAsync(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.WorkingDirectory = RepositoryRoot.Folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).Bounded();
            await process.WaitForExitAsync().Bounded();
            return new ProgramResult(process.ExitCode, texts[0], texts[1]);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
