using System.Text.Json;

namespace FuncComet.Infra.Tests;

/// <summary>
/// A committed snapshot of what a deployment would create. <see cref="BicepFileTests"/> checks that it matches the template.
/// </summary>
internal sealed class Snapshot
{
    private readonly JsonElement _root;

    private Snapshot(JsonElement root) => _root = root;

    public static Snapshot Read(string name)
    {
        var file = Path.Combine(Bicep.Folder, "snapshots", $"{name}.snapshot.json");
        return new Snapshot(JsonElement.Parse(File.ReadAllText(file)));
    }

    /// <summary>Returns all resources of a type.</summary>
    public IReadOnlyList<JsonElement> All(string type) =>
        [.. _root.GetProperty("predictedResources").EnumerateArray().Where(each => each.GetProperty("type").GetString() == type)];

    /// <summary>Returns the properties of the only resource of a type.</summary>
    public JsonElement Properties(string type) => Assert.Single(All(type)).GetProperty("properties");

    /// <summary>Returns the app's settings.</summary>
    public IReadOnlyDictionary<string, string> Settings() =>
        Properties("Microsoft.Web/sites").GetProperty("siteConfig").GetProperty("appSettings").EnumerateArray()
            .ToDictionary(each => each.GetProperty("name").GetString()!, each => each.GetProperty("value").GetString()!);
}
