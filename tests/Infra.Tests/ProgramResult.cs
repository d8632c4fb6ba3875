using System.Diagnostics;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests;

/// <summary>How a program ended, and what it said.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs it in the clone's own folder.</summary>
    public static async Task<ProgramResult> OfAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = RepositoryRoot.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A parameter file of ours reads the environment of whoever deploys.
            Environment = { ["AZURE_ENV_NAME"] = null },
        })!;
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

    /// <summary>Fails with all that it said, unless it said nothing and all was well.</summary>
    public void AssertNothingWrong() => Assert.True(ExitCode == 0 && Errors.Length == 0, $"Exit code {ExitCode}: {Errors}{Output}");
}
