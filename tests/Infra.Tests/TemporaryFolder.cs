namespace FuncComet.Infra.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("funccomet-infra-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
