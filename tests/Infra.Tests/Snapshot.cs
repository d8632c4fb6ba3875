using System.Text.Json;

namespace FuncComet.Infra.Tests;

/// <summary>What a deployment would make, of a committed snapshot; <see cref="BicepFileTests"/> sees that it is what the template says.</summary>
internal sealed class Snapshot
{
    private readonly JsonElement _root;

    private Snapshot(JsonElement root) => _root = root;

    public static Snapshot Read(string name) => new(JsonElement.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "snapshots", $"{name}.snapshot.json"))));

    /// <summary>The resources of a type.</summary>
    public IReadOnlyList<JsonElement> All(string type) =>
        [.. _root.GetProperty("predictedResources").EnumerateArray().Where(each => each.GetProperty("type").GetString() == type)];

    /// <summary>The properties of the only resource of a type.</summary>
    public JsonElement Properties(string type) => Assert.Single(All(type)).GetProperty("properties");

    /// <summary>The app's settings.</summary>
    public IReadOnlyDictionary<string, string> Settings() =>
        Properties("Microsoft.Web/sites").GetProperty("siteConfig").GetProperty("appSettings").EnumerateArray()
            .ToDictionary(each => each.GetProperty("name").GetString()!, each => each.GetProperty("value").GetString()!);
}
