using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FuncComet.LocalHost;
using FuncComet.Testing;
using YamlDotNet.Serialization;

namespace FuncComet.Infra.Tests;

/// <summary>
/// Everything that is released together has one version, which Directory.Build.props names. docs/releasing.md says how it changes.
/// </summary>
public sealed partial class VersionTests
{
    private static readonly string Committed =
        XDocument.Load(PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void Version_OfPackagesAndProtocol_IsTheOneOfTheBuild()
    {
        var openApi = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(PathOf("openapi.yaml")));
        var npm = JsonElement.Parse(File.ReadAllText(PathOf("clients", "js", "package.json")));

        Assert.Matches(@"^\d+\.\d+\.\d+$", Committed);
        Assert.Equal(Committed, ((Dictionary<object, object>)openApi["info"])["version"]);
        Assert.Equal(Committed, npm.GetProperty("version").GetString());
    }

    [Fact]
    public void Version_OfTheBuild_IsNamedByNoProject()
    {
        var projects = Directory.GetFiles(PathOf("src"), "*.csproj", SearchOption.AllDirectories);

        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.DoesNotMatch("<(Package|Assembly|File|Informational)?Version", File.ReadAllText(project)));
    }

    [Fact]
    public void Changelog_BeginsWithWhatIsUnreleased_AndItsVersionsDescendFromTheOneOfTheBuild()
    {
        var titles = Titles().Matches(File.ReadAllText(PathOf("CHANGELOG.md"))).Select(title => title.Groups[1].Value).ToList();
        var released = titles.Skip(1).Select(title => Version.Parse(Released().Match(title).Groups[1].Value)).ToList();

        Assert.Equal("Unreleased", titles[0]);
        Assert.Equal(released.OrderDescending(), released);
        Assert.All(
            released, version => Assert.True(version <= Version.Parse(Committed), $"{version} is released, and {Committed} is built."));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("-rc.1", "-rc.1")]
    public async Task ReleaseVersion_OfATagOfTheCommittedVersion_IsTheTags(string suffix, string expected)
    {
        var named = await ReleaseVersionAsync($"v{Committed}{suffix}");

        named.AssertNothingWrong();
        Assert.Equal($"{Committed}{expected}", named.Output.Trim());
    }

    [Fact]
    public async Task ReleaseVersion_WithoutATag_IsTheCommittedOne() =>
        Assert.Equal(Committed, (await ReleaseVersionAsync("")).Output.Trim());

    [Theory]
    [InlineData("v99.0.0")]
    [InlineData("99.0.0")]
    [InlineData("latest")]
    [InlineData("v0.1.0-")]
    [InlineData("v0.1.0; echo")]
    public async Task ReleaseVersion_OfAnotherTag_Fails(string tag)
    {
        var named = await ReleaseVersionAsync(tag);

        Assert.Equal((1, ""), (named.ExitCode, named.Output));
        Assert.Contains(Committed, named.Errors, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> ReleaseVersionAsync(string tag) => ProgramResult.OfAsync("bash", ".ci/release/version", tag);

    private static string PathOf(params string[] path) => Path.Combine([RepositoryRoot.Folder, .. path]);

    [GeneratedRegex("^## (.*)$", RegexOptions.Multiline)]
    private static partial Regex Titles();

    [GeneratedRegex(@"^(\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$")]
    private static partial Regex Released();
}
