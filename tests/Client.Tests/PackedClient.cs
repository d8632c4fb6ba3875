using System.Reflection;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The client's NuGet package, which <c>dotnet pack</c> creates from the build that these tests run against.</summary>
public sealed class PackedClient : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("funccomet-package-").FullName;

    /// <summary>The path of the package.</summary>
    public string Path => Assert.Single(Directory.GetFiles(_folder));

    public async ValueTask InitializeAsync()
    {
        var configuration = typeof(PackedClient).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string[] arguments = ["pack", "src/Client", "--no-build", "--configuration", configuration, "--output", _folder];
        var packed = await ProgramResult.OfAsync("dotnet", arguments);
        Assert.True(packed.ExitCode == 0, packed.Output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
