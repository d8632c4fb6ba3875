using System.Diagnostics;
using System.Reflection;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests;

/// <summary>The Bicep CLI, which the build downloads as a NuGet package.</summary>
internal static class Bicep
{
    /// <summary>The repository's infra/bicep folder.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Folder, "infra", "bicep");

    private static readonly string Cli =
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Bicep").Value!;

    /// <summary>
    /// Runs the CLI. An unknown property of a resource is only a warning, so the exit code alone does not show that a file is right.
    /// </summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramResult.OfAsync(new ProcessStartInfo(Cli, arguments)
    {
        // main.bicepparam reads this variable, which may be set on the machine that runs the tests.
        Environment = { ["AZURE_ENV_NAME"] = null },
    });

    /// <summary>Asserts that a program succeeded without any error or warning.</summary>
    public static void AssertNothingWrong(this ProgramResult result) =>
        Assert.True(
            result.ExitCode == 0 && result.Errors.Length == 0,
            $"Exit code {result.ExitCode}: {result.Errors}{result.Output}");

    /// <summary>Compiles a template to JSON, on standard output.</summary>
    public static Task<ProgramResult> BuildAsync(string file) => RunAsync("build", file, "--stdout");

    /// <summary>Copies <see cref="Folder"/>, so that a test may change it. Dispose the result to delete the copy.</summary>
    public static TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy.Path, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
