using FuncComet.LocalHost;

namespace FuncComet.Functions.Tests;

public sealed class HostJsonTests
{
    [Fact]
    public void HostJson_InTheFunctionsFolder_EqualsTheOneInTheRoot()
    {
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(RepositoryRoot.Folder, "host.json")),
            File.ReadAllBytes(Path.Combine(RepositoryRoot.Folder, "src", "Functions", "host.json")));
    }
}
