using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace FuncComet.Core.Tests;

/// <summary>Core's folders are floors: each uses only the floors below it. docs/architecture.md describes them.</summary>
public sealed class FloorsTests
{
    // From the lowest floor up. Folders on one floor do not use each other.
    private static readonly string[][] Floors =
    [
        ["Telemetry", "Recipients", "Messages"],
        ["Mailboxes"],
        ["Waiting", "Offline"],
        ["Doorbells"],
        ["Polling", "Pushing"],
        ["Operations"],
    ];

    private static readonly Architecture Core = new ArchLoader().LoadAssemblies(typeof(FuncCometServices).Assembly).Build();

    public static TheoryData<string> Folders => [.. Floors.SelectMany(floor => floor)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_UsesOnlyTheFloorsBelowIt(string folder)
    {
        var below = Floors.TakeWhile(floor => !floor.Contains(folder)).SelectMany(floor => floor).ToHashSet();
        foreach (var other in Floors.SelectMany(floor => floor).Where(other => other != folder && !below.Contains(other)))
        {
            Types().That().ResideInNamespace(NamespaceOf(folder))
                .Should().NotDependOnAny(Types().That().ResideInNamespace(NamespaceOf(other)))
                .Check(Core);
        }
    }

    [Fact]
    public void EveryFolder_HasItsFloor()
    {
        var folders = Core.Types
            .Select(type => type.Namespace.FullName)
            .Where(name => name.StartsWith("FuncComet.", StringComparison.Ordinal))
            .Distinct();

        Assert.Equal(Floors.SelectMany(floor => floor).Select(NamespaceOf).Order(), folders.Order());
    }

    private static string NamespaceOf(string folder) => $"FuncComet.{folder}";
}
