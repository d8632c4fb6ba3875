using FuncComet.Bench.Deployments;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Scenarios;

/// <summary>What a scenario needs to run. All systems that it creates share a storage that only this scenario uses.</summary>
/// <param name="Scale">How much to measure.</param>
/// <param name="Compared">Creates the systems that are compared on the run's platform, with one instance each.</param>
/// <param name="Systems">Creates systems that this program serves itself.</param>
/// <param name="Hosts">Creates systems on a Functions host.</param>
/// <param name="Report">Collects the figures.</param>
/// <param name="Earlier">The figures of the last run; null if there are none.</param>
/// <param name="MessagesAnHour">How many messages each client gets in an hour, where that is a parameter.</param>
/// <param name="Progress">Reports progress to the user.</param>
internal sealed record Run(
    Scale Scale,
    Func<IEnumerable<IPushSystem>> Compared,
    SystemFactory Systems,
    HostSystems Hosts,
    Report Report,
    EarlierFigures? Earlier,
    double MessagesAnHour,
    Action<string> Progress);
