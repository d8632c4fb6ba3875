using System.Reflection;
using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>The package, as <c>dotnet pack</c> makes it of what these tests run.</summary>
public sealed class PackedClient : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("funccomet-package-").FullName;

    /// <summary>The one file that was packed.</summary>
    public string Path => Assert.Single(Directory.GetFiles(_folder));

    public async ValueTask InitializeAsync()
    {
        var configuration = typeof(PackedClient).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var packed = await ProgramResult.OfAsync("dotnet", "pack", "src/Client", "--no-build", "--configuration", configuration, "--output", _folder);
        Assert.True(packed.ExitCode == 0, packed.Output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
