using FuncComet.Bench.Reporting;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>What a scenario needs to run.</summary>
/// <param name="Scale">How much to measure.</param>
/// <param name="Systems">Creates the systems, which share a storage that only this scenario uses.</param>
/// <param name="Report">Collects the figures.</param>
/// <param name="Earlier">The figures of the last run; null if there are none.</param>
/// <param name="MessagesAnHour">How many messages each client gets in an hour, where that is a parameter.</param>
/// <param name="Progress">Reports progress to the user.</param>
internal sealed record Run(
    Scale Scale, SystemFactory Systems, Report Report, EarlierFigures? Earlier, double MessagesAnHour, Action<string> Progress);
