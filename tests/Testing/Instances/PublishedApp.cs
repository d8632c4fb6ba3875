using FuncComet.LocalHost;

namespace FuncComet.Testing;

/// <summary>A function app of this repository, published as it is for Azure.</summary>
/// <param name="Project">The project's folder in the repository.</param>
/// <param name="Assembly">The file that the worker runs, by which its process is known.</param>
/// <param name="Probe">A function that needs no key and succeeds when the app serves.</param>
public sealed record PublishedApp(string Project, string Assembly, string Probe)
{
    private Task<string>? _folder;

    /// <summary>FuncComet.</summary>
    public static PublishedApp Product { get; } = new("src/Functions", "FuncComet.Functions.dll", "health");

    /// <summary>The least that a function app can do.</summary>
    public static PublishedApp Floor { get; } = new("bench/FloorApp", "FuncComet.FloorApp.dll", "answer");

    /// <summary>Publishes it, once in a process, and returns its folder.</summary>
    public Task<string> PublishAsync() => LazyInitializer.EnsureInitialized(ref _folder, PublishOnceAsync);

    private async Task<string> PublishOnceAsync()
    {
        var folder = RepositoryRoot.Kept("published", Path.GetFileNameWithoutExtension(Assembly));
        using (await CrossProcessLock.TakeAsync("publish", Console.Error, CancellationToken.None))
        {
            var published = await ProgramResult.OfAsync(
                "dotnet", "publish", Project, "-c", "Release", "-r", "linux-x64", "--self-contained", "false", "-o", folder);
            return published.ExitCode == 0
                ? folder
                : throw new StartException($"{Project} could not be published: {published.Output}{published.Errors}");
        }
    }
}
