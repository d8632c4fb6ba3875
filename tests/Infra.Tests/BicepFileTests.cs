namespace FuncComet.Infra.Tests;

/// <summary>Checks infra/bicep with the Bicep CLI.</summary>
public sealed class BicepFileTests
{
    [Fact]
    public async Task Lint_OfEveryFile_ReportsNothing()
    {
        var linted = await Bicep.RunAsync("lint", "--pattern", Path.Combine(Bicep.Folder, "**", "*.bicep"));

        linted.AssertNothingWrong();
    }

    [Fact]
    public async Task BuildParams_OfTheDeployedParameters_ReportsNothing()
    {
        var built = await Bicep.RunAsync("build-params", Path.Combine(Bicep.Folder, "main.bicepparam"), "--stdout");

        built.AssertNothingWrong();
    }

    [Theory]
    [InlineData("*.bicep")]
    [InlineData("*.bicepparam")]
    public async Task Format_OfEveryFile_ChangesNothing(string files)
    {
        using var copy = Bicep.Copy();

        var formatted = await Bicep.RunAsync("format", "--pattern", Path.Combine(copy.Path, "**", files));

        formatted.AssertNothingWrong();
        Assert.All(Directory.GetFiles(copy.Path, files, SearchOption.AllDirectories), file =>
        {
            var original = Path.Combine(Bicep.Folder, Path.GetRelativePath(copy.Path, file));
            Assert.Equal(File.ReadAllText(original), File.ReadAllText(file));
        });
    }

    [Theory]
    [InlineData("default")]
    [InlineData("private-network")]
    [InlineData("large")]
    [InlineData("restricted")]
    public async Task Snapshot_OfEveryConfiguration_EqualsTheCommittedOne(string name)
    {
        var validated = await Bicep.RunAsync([
            "snapshot",
            Path.Combine(Bicep.Folder, "snapshots", $"{name}.bicepparam"),
            "--mode",
            "validate",
            "--subscription-id",
            "00000000-0000-0000-0000-000000000000",
            "--resource-group",
            "funccomet",
            "--location",
            "westeurope",
        ]);

        validated.AssertNothingWrong();
    }
}
