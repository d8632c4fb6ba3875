using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;

namespace FuncComet.Bench.Tests;

public sealed class PlotTests
{
    // From 100 clients at the left edge (90) to a million at the right one (580): 100,000 are three quarters of the way.
    [Fact]
    public void ScalePlot_WhenAnAccountIsFullWithinIt_MarksThePoint()
    {
        var report = new Report();
        Add(report, 100, 10);
        Add(report, 1_000_000, 100_000);
        report.Add(WaitingAtScale.FullName, WaitingAtScale.FullRow(220), WaitingAtScale.FullAt, 100_000);

        var svg = ScalePlot.Draw(report)!;

        Assert.Contains("one storage account is full: 20,000", svg, StringComparison.Ordinal);
        Assert.Contains("""<circle cx="457.5" """, svg, StringComparison.Ordinal);
        Assert.Contains(">100,000 clients</text>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void ScalePlot_WhenNothingWasComputed_IsNull() => Assert.Null(ScalePlot.Draw(new Report()));

    [Fact]
    public void GrowthPlot_HasALineForEachNumberOfInstances()
    {
        var report = new Report();
        report.Add(Growth.ScenarioName, Growth.Row(1, 20), Growth.RequestsAMinute, 300);
        report.Add(Growth.ScenarioName, Growth.Row(2, 20), Growth.RequestsAMinute, 600);

        var svg = GrowthPlot.Draw(report, Scale.Quick)!;

        Assert.Contains(">1 instance</text>", svg, StringComparison.Ordinal);
        Assert.Contains(">2 instances</text>", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("full", svg, StringComparison.Ordinal);
    }

    private static void Add(Report report, int clients, double requests) => report.Add(
        WaitingAtScale.ScenarioName, WaitingAtScale.Row(220, clients), WaitingAtScale.RequestsASecond, requests);
}
