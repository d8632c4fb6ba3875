using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace FuncComet.Browser.Tests;

/// <summary>Runs a check once in each of the chosen browsers. The browser's name is in the name of the test.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InEachBrowserAttribute : DataAttribute
{
    /// <summary>The browsers that cannot do what the check needs. CONTRIBUTING.md lists them with the reason.</summary>
    public Engine[] Except { get; set; } = [];

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Engines.Chosen.Except(Except).Select(engine => new TheoryDataRow<Engine>(engine))]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
