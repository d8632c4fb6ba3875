using System.Reflection;
using FuncComet.LocalHost;

namespace FuncComet.Infra.Tests;

/// <summary>The Bicep CLI that the build has brought.</summary>
internal static class Bicep
{
    /// <summary>infra/bicep of this clone.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Folder, "infra", "bicep");

    private static readonly string Cli = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Bicep").Value!;

    /// <summary>What it answers: its exit code, what it makes and what it complains of. A wrong property of a resource is a warning there, with an exit code of 0.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramResult.OfAsync(Cli, arguments);

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
