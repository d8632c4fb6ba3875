using FuncComet.Bench.Reporting;

namespace FuncComet.Bench.Tests;

public sealed class MarkdownReportTests
{
    [Fact]
    public void Update_WhenSomeScenariosWereNotMeasured_FillsTheOthersAndSaysSo()
    {
        var report = new Report();
        report.Add("memory", "one", "KiB", 10.25);
        report.Add("memory", "two", "KiB", 1_234);
        report.Add("memory", "two", "managed", 0);

        var updated = MarkdownReport.Update(
            "a\n<!-- bench: memory -->old<!-- /bench -->\nb\n<!-- bench: cpu -->old<!-- /bench -->\n",
            report);

        Assert.Equal(
            """
            a
            <!-- bench: memory -->

            |  | KiB | managed |
            | --- | --- | --- |
            | one | 10.3 |  |
            | two | 1,234 | 0 |

            <!-- /bench -->
            b
            <!-- bench: cpu -->

            Not measured in this run.

            <!-- /bench -->

            """.ReplaceLineEndings("\n"),
            updated.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Update_FillsThePlacesOfItsPlatformOnly()
    {
        var report = new Report { Platform = Platform.FunctionsHost };
        report.Add("memory", "one", "KiB", 10.25);

        var updated = MarkdownReport.Update(
            "<!-- bench: memory -->old<!-- /bench -->\n<!-- bench: url-memory -->old<!-- /bench -->\n"
            + "<!-- bench: host-memory -->old<!-- /bench -->\n<!-- bench: host-cpu -->old<!-- /bench -->\n",
            report);

        Assert.Equal(
            """
            <!-- bench: memory -->old<!-- /bench -->
            <!-- bench: url-memory -->old<!-- /bench -->
            <!-- bench: host-memory -->

            |  | KiB |
            | --- | --- |
            | one | 10.3 |

            <!-- /bench -->
            <!-- bench: host-cpu -->

            Not measured in this run.

            <!-- /bench -->

            """.ReplaceLineEndings("\n"),
            updated.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Judge_WhenAGoalIsMissed_SaysByHowMuch()
    {
        var report = new Report();
        report.Add("memory", "FuncComet, Stored", "of the process, KiB a held poll", 15.5);

        var verdict = Assert.Single(Goals.Judge(report));

        Assert.Equal("missed by 1.5", verdict.Text);
    }
}
