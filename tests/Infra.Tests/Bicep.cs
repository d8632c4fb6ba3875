using System.Diagnostics;
using System.Reflection;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests;

/// <summary>The Bicep CLI that the build has brought.</summary>
internal static class Bicep
{
    /// <summary>infra/bicep of this clone.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Folder, "infra", "bicep");

    private static readonly string Cli = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Bicep").Value!;

    /// <summary>What it answers: its exit code, what it makes and what it complains of. A wrong property of a resource is a warning there, with an exit code of 0.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramResult.OfAsync(new ProcessStartInfo(Cli, arguments)
    {
        // A parameter file of ours reads the environment of whoever deploys.
        Environment = { ["AZURE_ENV_NAME"] = null },
    });

    /// <summary>Fails with all that it said, unless it said nothing and all was well.</summary>
    public static void AssertNothingWrong(this ProgramResult result) => Assert.True(result.ExitCode == 0 && result.Errors.Length == 0, $"Exit code {result.ExitCode}: {result.Errors}{result.Output}");

    /// <summary>Builds a template.</summary>
    public static Task<ProgramResult> BuildAsync(string file) => RunAsync("build", file, "--stdout");

    /// <summary>A copy of <see cref="Folder"/> that a test may change; it goes with what is returned.</summary>
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
