using FuncComet.Bench.Reporting;
using FuncComet.Bench.Systems;

namespace FuncComet.Bench.Tests;

public sealed class HostGoalsTests
{
    [Fact]
    public void Judge_OnAFunctionsHost_ComparesWithTheFloorOfTheSameRun()
    {
        var report = new Report { Platform = Platform.FunctionsHost };
        report.Add("latency", SystemNames.Floor, "1 held: p50, ms", 1.5);
        report.Add("latency", SystemNames.BareStorage, "1 held: p50, ms", 2);
        report.Add("latency", SystemNames.Direct, "1 held: p50, ms", 2.7);
        report.Add("latency", SystemNames.Stored, "1 held: p50, ms", 6);
        report.Add("throughput", SystemNames.Floor, "to polls that wait, messages/s", 1_500);
        report.Add("throughput", SystemNames.Direct, "to polls that wait, messages/s", 450);
        report.Add("memory", SystemNames.FloorHeld, "worker, KiB a held poll", 20);
        report.Add("memory", SystemNames.Stored, "worker, KiB a held poll", 25);
        report.Add("cpu", SystemNames.Stored, "worker, % of one core", 1.5);
        report.Add("startup", SystemNames.Floor, "first answer: p50, ms", 2_000);
        report.Add("startup", SystemNames.Stored, "first answer: p50, ms", 2_400);

        var verdicts = Goals.Judge(report);

        Assert.Equal([0.9, 1.2, 0.6, 1.25, 1.5, 1.2], verdicts.Select(verdict => Math.Round(verdict.Measured, 6)));
        Assert.Equal([true, false, false, true, true, false], verdicts.Select(verdict => verdict.Met));
    }

    [Fact]
    public void Judge_OnADeploymentWithoutFloor_JudgesNothing()
    {
        var report = new Report { Platform = Platform.Deployment };
        report.Add("latency", SystemNames.Stored, "1 held: p50, ms", 6);

        Assert.Empty(Goals.Judge(report));
    }
}
