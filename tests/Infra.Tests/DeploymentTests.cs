using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FuncComet.LocalHost;
using FuncComet.LocalHost.Storage;
using FuncComet.Testing;
using YamlDotNet.Serialization;

namespace FuncComet.Infra.Tests;

/// <summary>Checks azure.yaml and the GitHub workflows.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string Workflows = Path.Combine(RepositoryRoot.Folder, ".github", "workflows");

    [Fact]
    public async Task AzureYaml_WhenItNamesFilesAndResources_NamesExistingOnes()
    {
        var azd = new Deserializer().Deserialize<AzureYaml>(File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "azure.yaml")));
        var (service, app) = Assert.Single(azd.services);

        Assert.Equal(("bicep", "infra/bicep", "main"), (azd.infra["provider"], azd.infra["path"], azd.infra["module"]));
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Folder, azd.infra["path"], $"{azd.infra["module"]}.bicepparam")));
        Assert.Equal(("function", "dotnet"), (app["host"], app["language"]));
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Folder, app["project"], "FuncComet.Functions.csproj")));
        var site = Assert.Single(Snapshot.Read("default").All("Microsoft.Web/sites"));
        Assert.Equal(service, site.GetProperty("tags").GetProperty("azd-service-name").GetString());
        Assert.Equal(["postdeploy"], azd.hooks.Keys);
        Assert.Equal("sh", azd.hooks["postdeploy"]["shell"]);
        var script = await ProgramResult.OfAsync("git", "ls-files", "--stage", azd.hooks["postdeploy"]["run"]);
        Assert.StartsWith("100755 ", script.Output, StringComparison.Ordinal);
    }

    // azd runs `dotnet user-secrets init`, which writes an id into the project unless there is one.
    [Fact]
    public async Task Project_WhenAzdKeepsItsOutputs_HasAnIdForThemAlready()
    {
        var id = await ProgramResult.OfAsync("dotnet", "msbuild", "src/Functions", "-getProperty:UserSecretsId");

        id.AssertNothingWrong();
        Assert.Equal("funccomet-functions", id.Output.Trim());
    }

    // The template states the least version of the compiler, newer compilers check it, and the workflow installs the one of the tests.
    [Fact]
    public void Bicep_WhereverItsVersionIsNamed_IsTheSame()
    {
        var config = JsonElement.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "bicepconfig.json")));
        var least = LeastVersion().Match(config.GetProperty("bicep").GetProperty("version").GetString()!).Groups["version"].Value;
        var packages = XDocument.Load(Path.Combine(RepositoryRoot.Folder, "Directory.Packages.props"));
        var tested = packages.Descendants("BicepVersion").Single().Value;
        var installed = BicepInstall().Matches(File.ReadAllText(Path.Combine(Workflows, "deploy.yml")));

        Assert.InRange(Version.Parse(tested), Version.Parse(least), new Version(1, 0));
        Assert.Equal([tested, tested], installed.Select(match => match.Groups["version"].Value));
        var operations = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "operations.md"));
        Assert.Contains($"Bicep {least} or later", operations, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workflows_WhenLinted_HaveNoFindings()
    {
        var linted = await LintAsync([.. Directory.GetFiles(Workflows)]);

        linted.AssertNothingWrong();
        Assert.Equal(["ci.yml", "deploy.yml", "release.yml"], Directory.GetFiles(Workflows).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Workflows_WhenOneIsWrong_FailTheLinter()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "wrong.yml");
        var right = File.ReadAllText(Path.Combine(Workflows, "ci.yml"));
        File.WriteAllText(file, right.Replace("${{ github.ref }}", "${{ github.reff }}", StringComparison.Ordinal));

        var linted = await LintAsync(file);

        Assert.Equal(1, linted.ExitCode);
        Assert.Contains("reff", linted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Workflows_WhenTheyUseActionsAndRunners_PinThem()
    {
        var text = string.Concat(Directory.GetFiles(Workflows).Select(File.ReadAllText));

        Assert.All(Uses().Matches(text), use => Assert.Matches("@[0-9a-f]{40} # v", use.Value));
        Assert.All(Runner().Matches(text), runner => Assert.Equal("ubuntu-24.04", runner.Groups["label"].Value));
    }

    [Fact]
    public void Deploy_WhenCiFailsOrTheRepositoryHasNoEnvironment_DoesNotRun()
    {
        var deserializer = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
        var jobs = deserializer.Deserialize<Workflow>(File.ReadAllText(Path.Combine(Workflows, "deploy.yml"))).jobs;

        Assert.Equal("./.github/workflows/ci.yml", jobs["ci"]["uses"]);
        Assert.Equal("ci", jobs["deploy"]["needs"]);
        Assert.Equal("production", jobs["deploy"]["environment"]);
        Assert.EndsWith(
            "&& vars.AZURE_CLIENT_ID != '' && vars.AZURE_ENV_NAME != ''",
            (string)jobs["deploy"]["if"],
            StringComparison.Ordinal);
        Assert.EndsWith(
            "&& vars.AZURE_WHATIF_CLIENT_ID != '' && vars.AZURE_ENV_NAME != ''",
            (string)jobs["what-if"]["if"],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Release_PublishesWhatCiHasBuilt_WithTheRightsOfEachJobAndNoSecret()
    {
        var text = File.ReadAllText(Path.Combine(Workflows, "release.yml"));
        var jobs = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<Workflow>(text).jobs;
        var rights = from job in jobs
                     where job.Value.ContainsKey("permissions")
                     let each = (Dictionary<object, object>)job.Value["permissions"]
                     select $"{job.Key}: {string.Join(", ", each.Select(right => $"{right.Key} {right.Value}"))}";

        Assert.Equal("./.github/workflows/ci.yml", jobs["ci"]["uses"]);
        Assert.Equal(["ci", "github", "npm", "nuget"], jobs.Keys.Order());
        Assert.Equal(["github: contents write", "npm: id-token write", "nuget: id-token write"], rights.Order());
        Assert.Equal("ci", jobs["nuget"]["needs"]);
        Assert.Equal("ci", jobs["npm"]["needs"]);
        Assert.StartsWith("(!cancelled()) && needs.ci.result == 'success' &&", (string)jobs["github"]["if"], StringComparison.Ordinal);
        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"dotnet (build|pack|publish)\b|npm (ci|install|run|pack)\b", text);
        Assert.DoesNotContain("checkout@", text, StringComparison.Ordinal);
    }

    [Fact]
    public void DeployIdentity_AsDocumented_MayAssignOnlyTheTemplatesRoles()
    {
        var operations = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "operations.md"));
        var allowed = Assert.Single(AllowedRoles().Matches(operations)).Groups["roles"].Value.Split(", ");
        var assigned = from role in Snapshot.Read("default").All("Microsoft.Authorization/roleAssignments")
                       select role.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!.Split('/')[^1];

        Assert.Equal(assigned.Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    private static async Task<ProgramResult> LintAsync(params string[] files)
    {
        await NodeTools.OfTests.EnsureInstalledAsync(Console.Out, TestContext.Current.CancellationToken);
        return await ProgramResult.OfAsync("node", [Path.Combine("tests", "Infra.Tests", "lint-workflows.mjs"), .. files]);
    }

    [GeneratedRegex(@"uses: (?!\./).*")]
    private static partial Regex Uses();

    [GeneratedRegex("^>=(?<version>[0-9.]+), <1.0.0$")]
    private static partial Regex LeastVersion();

    [GeneratedRegex("az bicep install --version v(?<version>[0-9.]+)")]
    private static partial Regex BicepInstall();

    [GeneratedRegex("GuidEquals {(?<roles>[^}]*)}")]
    private static partial Regex AllowedRoles();

    [GeneratedRegex("runs-on: (?<label>.*)")]
    private static partial Regex Runner();

#pragma warning disable CA1812, IDE1006 // The deserializer creates these classes; their properties have the names in the file.
    private sealed class AzureYaml
    {
        public string name { get; set; } = "";

        public Dictionary<string, string> infra { get; set; } = [];

        public Dictionary<string, Dictionary<string, string>> services { get; set; } = [];

        public Dictionary<string, Dictionary<string, string>> hooks { get; set; } = [];
    }

    private sealed class Workflow
    {
        public Dictionary<string, Dictionary<string, object>> jobs { get; set; } = [];
    }
#pragma warning restore CA1812, IDE1006
}
