using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Reporting;

/// <summary>The goals for the figures, and whether a run meets them.</summary>
internal static class Goals
{
    private const double BellsAMinute = 5 * 60;

    private static readonly int[] StoredHeld = [1, 100];
    private static readonly int[] DirectHeld = [1, 100, 1_000];

    /// <summary>Judges the goals that this run has figures for.</summary>
    public static IReadOnlyList<Verdict> Judge(Report report) =>
        report.Platform == Platform.LocalHost ? OnLocalHost(report) : HostGoals.Judge(report);

    public static double? Ratio(double? value, double? of) => value / of;

    public static Verdict? Max(string what, double goal, double? value) =>
        value is { } measured ? new Verdict(what, $"at most {Number.Format(goal)}", measured, measured <= goal, goal) : null;

    public static Verdict? Min(string what, double goal, double? value) =>
        value is { } measured ? new Verdict(what, $"at least {Number.Format(goal)}", measured, measured >= goal, goal) : null;

    private static IReadOnlyList<Verdict> OnLocalHost(Report report)
    {
        List<Verdict?> verdicts =
        [
            .. StoredHeld.Select(held => Max(
                $"Stored, same instance, {held} held: p50 against a bare SendMessage",
                1.3,
                Ratio(Latency(SystemNames.Stored, held), Latency(SystemNames.BareStorage, held)))),
            Max("Stored, same instance: storage requests for a message", 2, Rounded(Storage(SystemNames.Stored, StorageRequests.AMessage))),
            .. DirectHeld.Select(held => Max(
                $"Direct, {held:N0} held: p50 against SignalR",
                1,
                Ratio(Latency(SystemNames.Direct, held), Latency(SystemNames.SignalR, held)))),
            Max("Direct, same instance: storage requests for a message", 0, Rounded(Storage(SystemNames.Direct, StorageRequests.AMessage))),
            Min("Direct: throughput against SignalR", 1, Ratio(Rate(SystemNames.Direct), Rate(SystemNames.SignalR))),
            Min(
                "Stored: throughput against the storage's own for send and delete",
                0.9,
                Ratio(Rate(SystemNames.Stored), Rate(SystemNames.BareStorage))),
            Max("Stored, clients that poll again at once: storage requests for a message", 3, Rounded(Again(SystemNames.Stored))),
            Max("Direct, clients that poll again at once: storage requests for a message", 3, Rounded(Again(SystemNames.Direct))),
            Max("poll at the other instance: p50, ms", 150, Elsewhere(TwoInstances.Median)),
            Max("poll at the other instance: p99, ms", 400, Elsewhere(TwoInstances.Worst)),
            Max("poll at the other instance: requests for a push beyond its send", 2, Rounded(Elsewhere(TwoInstances.AtPusher) - 1)),
            Max("idle: storage requests a minute for each held poll", 2, Storage(SystemNames.Stored, StorageRequests.IdlePoll)),
            Max(
                "idle: storage requests a minute for each instance",
                BellsAMinute,
                Storage(SystemNames.Stored, StorageRequests.IdleInstance)),
            Max(
                "idle: storage requests a minute where nothing is held",
                0,
                report.Find(Growth.ScenarioName, Growth.Row(1, 0), Growth.RequestsAMinute)),
            Max("memory of a held poll, KiB", 14, report.Find(Memory.ScenarioName, SystemNames.Stored, Memory.Process)),
            Max("CPU with 5,000 idle polls, % of one core", 10, report.Find(Cpu.ScenarioName, SystemNames.Stored, Cpu.OfOneCore)),
        ];
        return [.. verdicts.OfType<Verdict>()];

        double? Latency(string system, int held) => report.Find(Scenarios.Latency.ScenarioName, system, Scenarios.Latency.Median(held));
        double? Rate(string system) => report.Find(Throughput.ScenarioName, system, Throughput.ToWaiting);
        double? Again(string system) => report.Find(Throughput.ScenarioName, system, Throughput.RequestsPollingAgain);
        double? Storage(string system, string column) => report.Find(StorageRequests.ScenarioName, system, column);
        double? Elsewhere(string column) =>
            report.Figures.FirstOrDefault(figure => figure.Scenario == TwoInstances.ScenarioName && figure.Column == column)?.Value;
    }

    // Requests of idle polls are subtracted as an estimate, so a count is no more exact than this.
    private static double? Rounded(double? count) => count is { } value ? Math.Round(value, 1) : null;
}

/// <summary>A goal and how the measured value compares with it.</summary>
internal sealed record Verdict(string What, string Goal, double Measured, bool Met, double Limit)
{
    public string Text => Met ? "met" : $"missed by {Number.Format(Math.Abs(Measured - Limit))}";
}
