using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Reporting;

/// <summary>
/// The goals for FuncComet on the platform. A delivery is two calls, a push and a poll, so its limit is two calls of the floor, and for a
/// stored message one SendMessage more.
/// </summary>
internal static class HostGoals
{
    private static readonly int[] Held = [1, 100];

    /// <inheritdoc cref="Goals.Judge"/>
    public static IReadOnlyList<Verdict> Judge(Report report)
    {
        List<Verdict?> verdicts =
        [
            .. Held.Select(held => Goals.Max(
                $"Direct, {held} held: p50 against two floor calls",
                1,
                Goals.Ratio(Latency(SystemNames.Direct, held), TwoCalls(held)))),
            .. Held.Select(held => Goals.Max(
                $"Stored, {held} held: p50 against two floor calls and a bare SendMessage",
                1.15,
                Goals.Ratio(Latency(SystemNames.Stored, held), TwoCalls(held) + Latency(SystemNames.BareStorage, held)))),
            Goals.Min(
                "Direct: throughput against half of the floor's calls",
                0.8,
                Goals.Ratio(Rate(SystemNames.Direct), Rate(SystemNames.Floor) / 2)),
            Goals.Max(
                "memory of a held poll in the worker against a request that the floor holds",
                1.3,
                Goals.Ratio(WorkerMemory(SystemNames.Stored), WorkerMemory(SystemNames.FloorHeld))),
            Goals.Max(
                "CPU of the worker with idle polls, % of one core",
                2,
                report.Find(HostCpu.ScenarioName, SystemNames.Stored, HostCpu.OfWorker)),
            Goals.Max(
                "first 202 after a start against the floor's first answer",
                1.15,
                Goals.Ratio(First(SystemNames.Stored), First(SystemNames.Floor))),
        ];
        return [.. verdicts.OfType<Verdict>()];

        double? TwoCalls(int held) => 2 * Latency(SystemNames.Floor, held);
        double? Latency(string system, int held) => report.Find(Scenarios.Latency.ScenarioName, system, Scenarios.Latency.Median(held));
        double? Rate(string system) => report.Find(Throughput.ScenarioName, system, Throughput.ToWaiting);
        double? WorkerMemory(string system) => report.Find(HostMemory.ScenarioName, system, HostMemory.OfWorker);
        double? First(string system) => report.Find(HostStartup.ScenarioName, system, HostStartup.First);
    }
}
