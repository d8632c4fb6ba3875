using System.IO.Compression;
using System.Xml.Linq;
using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

/// <summary>The NuGet package of the tool, which <c>dotnet pack</c> creates from the build that these tests run against.</summary>
public sealed class PackageTests(App app)
{
    [Fact]
    public async Task Package_WhenPacked_IsAToolThatRuns()
    {
        var folder = Directory.CreateTempSubdirectory("funccomet-tool-").FullName;
        try
        {
            var packed = await ProgramResult.OfAsync(
                "dotnet", "pack", "src/Cli", "--no-build", "--configuration", Tool.Configuration, "--output", folder);
            Assert.True(packed.ExitCode == 0, packed.Output);
            var package = Assert.Single(Directory.GetFiles(folder));
            Assert.StartsWith("FuncComet.Cli.", Path.GetFileName(package), StringComparison.Ordinal);
            await ZipFile.ExtractToDirectoryAsync(package, Path.Combine(folder, "x"), TestContext.Current.CancellationToken);

            var settings = Assert.Single(Directory.GetFiles(folder, "DotnetToolSettings.xml", SearchOption.AllDirectories));
            var command = XDocument.Load(settings).Descendants("Command").Single();
            Assert.Equal("funccomet", command.Attribute("Name")!.Value);
            var program = Path.Combine(Path.GetDirectoryName(settings)!, command.Attribute("EntryPoint")!.Value);
            var about = await ProgramResult.OfAsync(
                "dotnet", "exec", program, "about", "--url", app.Url.ToString(), "--key", App.FunctionKey);

            Assert.Equal((0, ""), (about.ExitCode, about.Errors));
            Assert.StartsWith("Version", about.Output, StringComparison.Ordinal);
            Assert.Equal(
                await ReadAsync(Path.Combine(RepositoryRoot.Folder, "src/Cli/README.md")),
                await ReadAsync(Path.Combine(folder, "x", "README.md")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
}
