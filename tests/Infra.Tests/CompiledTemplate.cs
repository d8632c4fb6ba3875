using System.Text.Json;
using FuncComet.Infra.Tests;
using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(CompiledTemplate))]

namespace FuncComet.Infra.Tests;

/// <summary>main.bicep, compiled to the JSON that is sent to Azure.</summary>
public sealed class CompiledTemplate : IAsyncLifetime
{
    public string Text { get; private set; } = "";

    public JsonElement Root { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var built = await Bicep.BuildAsync(Path.Combine(Bicep.Folder, "main.bicep"));
        built.AssertNothingWrong();
        Text = built.Output;
        Root = JsonElement.Parse(Text);
    }

    /// <summary>Returns the module of this name in main.bicep.</summary>
    public JsonElement Module(string name) => Root.GetProperty("resources").GetProperty(name);

    /// <summary>Returns the resources of all modules, named <c>module/resource</c>.</summary>
    public IEnumerable<(string Name, JsonElement Resource)> Resources() =>
        from module in Root.GetProperty("resources").EnumerateObject()
        let resources = module.Value.GetProperty("properties").GetProperty("template").GetProperty("resources")
        from resource in resources.ValueKind == JsonValueKind.Object
            ? resources.EnumerateObject().Select(each => (each.Name, each.Value))
            : resources.EnumerateArray().Select((each, index) => (Name: $"{index}", Value: each))
        select ($"{module.Name}/{resource.Name}", resource.Value);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
