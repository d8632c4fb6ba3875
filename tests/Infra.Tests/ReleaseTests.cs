using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.Infra.Tests;

/// <summary>The parts of a release that .ci/release/dry-run cannot check without a repository and an Azure subscription.</summary>
public sealed class ReleaseTests(CompiledTemplate template) : IDisposable
{
    private const string Repository = "https://github.com/someone/funccomet";

    private const string Changelog =
        """
        # Changelog

        ## Unreleased

        ### Added

        - Something new.

        ## 0.2.0 - 2026-12-01

        ### Fixed

        - A fault.

        ## 0.1.0 - 2026-11-01

        - All of it.

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Notes_OfARelease_AreItsChanges_UnderAButtonThatDeploysIt()
    {
        var notes = await RunAsync("notes.mjs", Changelog, "0.2.0", Repository);

        notes.AssertNothingWrong();
        Assert.Equal(
            "[![Deploy to Azure](https://aka.ms/deploytoazurebutton)](https://portal.azure.com/#create/Microsoft.Template/uri/"
                + "https%3A%2F%2Fraw.githubusercontent.com%2Fsomeone%2Ffunccomet%2Fazuredeploy%2Fazuredeploy.json)\n\n"
                + "### Fixed\n\n- A fault.\n",
            notes.Output);
    }

    [Theory]
    [InlineData("0.3.0-rc.1", Repository, "### Added\n\n- Something new.\n")]
    [InlineData("0.1.0", "", "- All of it.\n")]
    public async Task Notes_WithoutAReleaseToDeploy_AreTheChangesAlone(string version, string repository, string expected)
    {
        var notes = await RunAsync("notes.mjs", Changelog, version, repository);

        notes.AssertNothingWrong();
        Assert.Equal(expected, notes.Output);
    }

    [Theory]
    [InlineData("0.3.0")]
    [InlineData("0.2")]
    [InlineData("0x2.0")]
    public async Task Notes_OfAVersionThatTheChangelogDoesNotHave_Fail(string version)
    {
        var notes = await RunAsync("notes.mjs", Changelog, version, Repository);

        Assert.Equal((1, ""), (notes.ExitCode, notes.Output));
        Assert.Contains(version, notes.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AzureDeploy_DeploysTheReleasesPackage_AndIsOtherwiseTheTemplate()
    {
        const string Address = $"{Repository}/releases/download/v0.2.0/funccomet-functions.zip";

        var deploy = await RunAsync("azuredeploy.mjs", template.Text, Address);

        deploy.AssertNothingWrong();
        var parameter = JsonElement.Parse(deploy.Output).GetProperty("parameters").GetProperty("packageUri");
        Assert.Equal(Address, parameter.GetProperty("defaultValue").GetString());
        var without = deploy.Output.Replace(Address, "", StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(template.Root, JsonElement.Parse(without)));
    }

    [Fact]
    public void Template_WithTheAddressOfAPackage_DeploysIt_AndElseNone()
    {
        var package = template.Resources().Single(each => each.Name == "app/package").Resource;
        var properties = package.GetProperty("properties");

        Assert.Equal("[not(empty(parameters('packageUri')))]", package.GetProperty("condition").GetString());
        Assert.EndsWith("'onedeploy')]", package.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal("[parameters('packageUri')]", properties.GetProperty("packageUri").GetString());
        Assert.False(properties.GetProperty("remoteBuild").GetBoolean());
        Assert.Equal("", template.Root.GetProperty("parameters").GetProperty("packageUri").GetProperty("defaultValue").GetString());
        Assert.Empty(Snapshot.Read("default").All("Microsoft.Web/sites/extensions"));
    }

    // The scripts read standard input.
    private async Task<ProgramResult> RunAsync(string script, string input, params string[] arguments)
    {
        var file = Path.Combine(_folder.Path, "input");
        await File.WriteAllTextAsync(file, input, TestContext.Current.CancellationToken);
        return await ProgramResult.OfAsync(
            "bash", ["-c", "node \"$1\" \"${@:3}\" < \"$2\"", "bash", Path.Combine(".ci", "release", script), file, .. arguments]);
    }
}
