using FuncComet.Bench.Reporting;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>What a scenario works with.</summary>
/// <param name="Scale">How much it measures.</param>
/// <param name="Systems">Makes the systems, on a storage of this scenario's own.</param>
/// <param name="Report">Takes the figures.</param>
/// <param name="Progress">Says what is going on.</param>
internal sealed record Run(Scale Scale, SystemFactory Systems, Report Report, Action<string> Progress);
