using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

public sealed class BenchTests(App app)
{
    private static readonly string[] Small = ["bench", "--clients", "20", "--minutes", "0.05", "--rate", "20"];

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bench_WhenNothingFails_LosesNothingAndErasesItsMailboxes()
    {
        var run = await app.RunAsync([.. Small, "--json"]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("Making 20 mailboxes, bench-", run.Errors, StringComparison.Ordinal);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(60, report.GetProperty("pushed").GetProperty("accepted").GetInt64());
        Assert.Equal(60, report.GetProperty("received").GetProperty("messages").GetInt64());
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("repeated").GetInt64());
        Assert.Equal(0, report.GetProperty("kept").GetInt64());
        Assert.Empty(report.GetProperty("errors").EnumerateArray());
        var latency = report.GetProperty("latencyMilliseconds");
        double[] percentiles =
            [.. ((string[])["p50", "p90", "p99", "max"]).Select(name => latency.GetProperty(name).GetDouble())];
        Assert.True(percentiles[0] > 0);
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.DoesNotContain("bench-", (await app.RunAsync("mailboxes")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_WhenInterrupted_ReportsAndErasesItsMailboxes()
    {
        await using var run = app.Start("bench", "--clients", "5", "--minutes", "10", "--rate", "20", "--recipients", "cli-interrupted");
        await Await.UntilAsync(
            async () => await app.Administration.ListMailboxesAsync()
                .CountAsync(mailbox => mailbox.Recipient.StartsWith("cli-interrupted", StringComparison.Ordinal)) == 5,
            "the mailboxes of the bench");

        var report = await run.StopAsync();

        Assert.Equal(130, run.ExitCode);
        Assert.Matches(@"\nLost +\d", report);
        Assert.DoesNotContain("cli-interrupted", (await app.RunAsync("mailboxes")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_WhenMessagesComeTwiceOrNotAtAllAndMailboxesStay_SaysSo()
    {
        await using var fake = await BadApp.StartAsync();
        await using var run = app.Start(
            "bench", "--clients", "1", "--minutes", "10", "--rate", "20", "--json", "--url", fake.Url);
        await fake.Served.Bounded();

        var report = JsonDocument.Parse(await run.StopAsync()).RootElement;

        Assert.Equal(130, run.ExitCode);
        var (accepted, received) = (
            report.GetProperty("pushed").GetProperty("accepted").GetInt64(),
            report.GetProperty("received").GetProperty("messages").GetInt64());
        Assert.Equal(1, report.GetProperty("repeated").GetInt64());
        Assert.Equal(1, report.GetProperty("lost").GetInt64());
        Assert.Equal(accepted - 1, received);
        Assert.Equal(
            [("erase: 403 forbidden", 1), ("push: 503 storage-unavailable", 1)],
            report.GetProperty("errors").EnumerateArray()
                .Select(error => (error.GetProperty("kind").GetString(), error.GetProperty("count").GetInt64())));
        Assert.Equal(accepted + 1, report.GetProperty("pushed").GetProperty("sent").GetInt64());
        Assert.Equal(1, report.GetProperty("kept").GetInt64());
        Assert.Contains(
            "\nThese mailboxes could not be erased: bench-", await run.Errors.ReadToEndAsync(CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_WithKeep_KeepsItsMailboxes()
    {
        var run = await app.RunAsync("bench", "--clients", "2", "--minutes", "0.01", "--recipients", "cli-kept", "--keep");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("which are kept", run.Errors, StringComparison.Ordinal);
        Assert.Matches(@"Latency p99 +[\d.,]+ ms", run.Output);
        Assert.Equal(3, (await app.RunAsync("mailboxes")).Output.Split("cli-kept").Length);
    }
}
