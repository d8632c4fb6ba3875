using System.Text.Json;
using FuncComet.LocalHost;
using YamlDotNet.Serialization;

namespace FuncComet.Infra.Tests;

/// <summary>
/// Files that GitHub and editors read: issue forms, Dependabot's settings, the dev container. They silently ignore a faulty file.
/// </summary>
public sealed class CollaborationTests
{
    private static readonly string[] ElementTypes = ["checkboxes", "dropdown", "input", "markdown", "textarea"];
    private static readonly IDeserializer Yaml = new DeserializerBuilder().Build();
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    [Theory]
    [InlineData("bug.yml", "bug")]
    [InlineData("feature.yml", "enhancement")]
    public void IssueForm_HasTheElementsThatGitHubRequires(string file, string label)
    {
        var form = Read(".github", "ISSUE_TEMPLATE", file);
        var elements = List(form["body"]);
        var questions = elements.Where(element => (string)element["type"] != "markdown").ToList();

        Assert.False(string.IsNullOrEmpty((string)form["name"]));
        Assert.False(string.IsNullOrEmpty((string)form["description"]));
        Assert.Equal([label], (IEnumerable<object>)form["labels"]);
        Assert.All(elements, element => Assert.Contains((string)element["type"], ElementTypes));
        Assert.All(questions, question => Assert.False(string.IsNullOrEmpty((string)Map(question["attributes"])["label"])));
        Assert.NotEmpty(questions);
        Assert.Distinct(questions.Select(question => question["id"]));
    }

    [Fact]
    public void Dependabot_UpdatesEveryKindOfPackage()
    {
        var updates = List(Read(".github", "dependabot.yml")["updates"]);

        Assert.Equal(
            [("github-actions", "/"), ("npm", "/ /src/LocalHost"), ("nuget", "/")],
            updates.Select(update => ((string)update["package-ecosystem"], FoldersOf(update))).Order());
        Assert.All(updates, update => Assert.Equal("weekly", Map(update["schedule"])["interval"]));
    }

    [Fact]
    public void DevContainer_HasTheSdkAndTheNodeOfTheRepository()
    {
        var container = ReadJson(".devcontainer", "devcontainer.json");
        var feature = container.GetProperty("features").GetProperty("ghcr.io/devcontainers/features/node:1");
        var sdk = ReadJson("global.json").GetProperty("sdk").GetProperty("version").GetString()!;
        var node = ReadJson("package.json").GetProperty("engines").GetProperty("node").GetString()!;

        Assert.EndsWith($":{string.Join('.', sdk.Split('.')[..2])}", container.GetProperty("image").GetString(), StringComparison.Ordinal);
        Assert.Equal(node, $">={feature.GetProperty("version").GetString()}");
    }

    private static string FoldersOf(Dictionary<object, object> update) =>
        update.TryGetValue("directories", out var folders) ? string.Join(' ', (IEnumerable<object>)folders) : (string)update["directory"];

    private static Dictionary<object, object> Read(params string[] path) =>
        Yaml.Deserialize<Dictionary<object, object>>(ReadText(path));

    private static JsonElement ReadJson(params string[] path) => JsonDocument.Parse(ReadText(path), WithComments).RootElement;

    private static string ReadText(string[] path) => File.ReadAllText(Path.Combine([RepositoryRoot.Folder, .. path]));

    private static List<Dictionary<object, object>> List(object node) => [.. ((List<object>)node).Select(Map)];

    private static Dictionary<object, object> Map(object node) => (Dictionary<object, object>)node;
}
