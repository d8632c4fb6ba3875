using FuncComet.Bench.Reporting;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>What a scenario needs to run.</summary>
/// <param name="Scale">How much to measure.</param>
/// <param name="Systems">Creates the systems, which share a storage that only this scenario uses.</param>
/// <param name="Report">Collects the figures.</param>
/// <param name="Progress">Reports progress to the user.</param>
internal sealed record Run(Scale Scale, SystemFactory Systems, Report Report, Action<string> Progress);
