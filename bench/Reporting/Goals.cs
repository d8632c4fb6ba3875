using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Reporting;

/// <summary>What the figures must show, and whether they do.</summary>
internal static class Goals
{
    private const double BellsAMinute = 5 * 60;

    private static readonly int[] StoredHeld = [1, 100];
    private static readonly int[] DirectHeld = [1, 100, 1_000];

    /// <summary>Those that this run has the figures for.</summary>
    public static IReadOnlyList<Verdict> Judge(Report report)
    {
        List<Verdict?> verdicts =
        [
            .. StoredHeld.Select(held => Most(
                $"Stored, same instance, {held} held: p50 against a bare SendMessage", 1.3, Ratio(Latency(SystemNames.Stored, held), Latency(SystemNames.BareStorage, held)))),
            Most("Stored, same instance: storage requests for a message", 2, Rounded(report.Find(StorageRequests.ScenarioName, SystemNames.Stored, StorageRequests.AMessage))),
            .. DirectHeld.Select(held => Most(
                $"Direct, {held:N0} held: p50 against SignalR", 1, Ratio(Latency(SystemNames.Direct, held), Latency(SystemNames.SignalR, held)))),
            Most("Direct, same instance: storage requests for a message", 0, Rounded(report.Find(StorageRequests.ScenarioName, SystemNames.Direct, StorageRequests.AMessage))),
            Least("Direct: throughput against SignalR", 1, Ratio(Rate(SystemNames.Direct), Rate(SystemNames.SignalR))),
            Least("Stored: throughput against the storage's own for send and delete", 0.85, Ratio(Rate(SystemNames.Stored), Rate(SystemNames.BareStorage))),
            Most("poll at the other instance: p50, ms", 150, Column(TwoInstances.ScenarioName, TwoInstances.Median)),
            Most("poll at the other instance: p99, ms", 400, Column(TwoInstances.ScenarioName, TwoInstances.Worst)),
            Most("poll at the other instance: requests for a push beyond its send", 2, Rounded(Column(TwoInstances.ScenarioName, TwoInstances.AtPusher) - 1)),
            Most("idle: storage requests a minute for each held poll", 3, report.Find(StorageRequests.ScenarioName, SystemNames.Stored, StorageRequests.IdlePoll)),
            Most("idle: storage requests a minute for each instance", BellsAMinute, report.Find(StorageRequests.ScenarioName, SystemNames.Stored, StorageRequests.IdleInstance)),
            Most("idle: storage requests a minute where nothing is held", 0, report.Find(Growth.ScenarioName, Growth.Row(1, 0), Growth.RequestsAMinute)),
            Most("memory of a held poll, KiB", 14, report.Find(Memory.ScenarioName, SystemNames.Stored, Memory.Process)),
            Most("CPU with 5,000 idle polls, % of one core", 10, report.Find(Cpu.ScenarioName, SystemNames.Stored, Cpu.OfOneCore)),
        ];
        return [.. verdicts.OfType<Verdict>()];

        double? Latency(string system, int held) => report.Find(Scenarios.Latency.ScenarioName, system, Scenarios.Latency.Median(held));
        double? Rate(string system) => report.Find(Throughput.ScenarioName, system, Throughput.ToWaiting);
        double? Column(string scenario, string column) => report.Figures.FirstOrDefault(figure => figure.Scenario == scenario && figure.Column == column)?.Value;
    }

    private static double? Ratio(double? value, double? of) => value / of;

    // A count that is known within what goes on beside it.
    private static double? Rounded(double? count) => count is { } value ? Math.Round(value, 1) : null;

    private static Verdict? Most(string what, double goal, double? value) => value is { } measured ? new Verdict(what, $"at most {Number.Format(goal)}", measured, measured <= goal, goal) : null;

    private static Verdict? Least(string what, double goal, double? value) => value is { } measured ? new Verdict(what, $"at least {Number.Format(goal)}", measured, measured >= goal, goal) : null;
}

/// <summary>A goal and what came of it.</summary>
internal sealed record Verdict(string What, string Goal, double Measured, bool Met, double Limit)
{
    public string Text => Met ? "met" : $"missed by {Number.Format(Math.Abs(Measured - Limit))}";
}
