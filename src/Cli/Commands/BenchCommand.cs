using System.CommandLine;
using System.Globalization;
using FuncComet.Cli.Benchmark;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using HdrHistogram;
using Spectre.Console;

namespace FuncComet.Cli.Commands;

internal sealed class BenchCommand : OperatorCommand
{
    private const double MicrosecondsPerMillisecond = 1_000;

    private readonly Option<int> _clients = Parameters.Number("--clients", "How many clients poll.", value: 100, min: 1, max: 100_000);
    private readonly Option<double> _minutes = Decimal("--minutes", "How long messages are pushed.", value: 1, max: 1_440);

    private readonly Option<double> _rate = Decimal(
        "--rate", "Messages a second, to all clients together.", value: 10, max: 100_000);

    private readonly Option<int> _size = Parameters.Number("--size", "Bytes of a message.", value: 200, min: 20, max: 48_000);

    private readonly Option<string> _prefix = new("--recipients")
    {
        Description = "What the recipients' names begin with. A part of the name is always random.",
        DefaultValueFactory = _ => "bench",
        HelpName = "prefix",
    };

    private readonly Option<bool> _keep = new("--keep") { Description = "Keep the mailboxes, which are erased otherwise." };

    public BenchCommand()
        : base(
            "bench",
            "Measure a deployment: hold a poll for each of many clients, push messages, and tell how long they take. It makes a mailbox "
            + "for each client and erases it at the end. Requests, messages and instances cost what they cost.",
            "funccomet bench --clients 1000 --minutes 5 --rate 50")
    {
        Options.Add(_clients);
        Options.Add(_minutes);
        Options.Add(_rate);
        Options.Add(_size);
        Options.Add(_prefix);
        Options.Add(_keep);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var plan = new BenchPlan(
            parsed.GetValue(_clients),
            TimeSpan.FromMinutes(parsed.GetValue(_minutes)),
            parsed.GetValue(_rate),
            parsed.GetValue(_size),
            parsed.GetValue(_prefix)!,
            parsed.GetValue(_keep));
        var reader = await app.ReaderAsync(plan.Recipients[0], token: null, BenchPlan.Lease, BenchPlan.PollTimeout, cancellationToken);
        Terminal.WriteError(
            $"Making {plan.Clients} mailboxes, {plan.Recipients[0]} and so on, "
            + $"{(plan.KeepsMailboxes ? "which are kept" : "which are erased at the end")}.");
        var ledger = new BenchLedger(TimeProvider.System);
        var run = await terminal.WithProgressAsync("Starting …", async show =>
        {
            var run = new BenchRun(plan, app.Server, reader, app.Administration, ledger, TimeProvider.System, show);
            try
            {
                await run.RunAsync(cancellationToken);
            }
            finally
            {
                TellKept(plan, run);
            }

            return run;
        });
        Print(terminal, ReportOf(plan, ledger, run));

        cancellationToken.ThrowIfCancellationRequested();
        return ledger.Missing > 0 || ledger.Received == 0 ? ExitCode.Failed
            : run.Kept.Count > 0 && !plan.KeepsMailboxes ? ExitCode.Incomplete
            : ExitCode.Done;
    }

    private static void TellKept(BenchPlan plan, BenchRun run)
    {
        if (run.Kept.Count > 0 && !plan.KeepsMailboxes)
        {
            Terminal.WriteError($"These mailboxes could not be erased: {string.Join(' ', run.Kept.Order(StringComparer.Ordinal))}");
        }
    }

    private static BenchOutput ReportOf(BenchPlan plan, BenchLedger ledger, BenchRun run)
    {
        var seconds = run.Measured.TotalSeconds;

        // An app that does not keep up still delivers when the last message was pushed.
        var receivingSeconds = Math.Max(seconds, run.Receiving.TotalSeconds);
        return new BenchOutput(
            new BenchPlanOutput(plan.Clients, plan.Duration.TotalMinutes, plan.Rate, plan.Size),
            Rounded(seconds),
            new BenchPushedOutput(ledger.Pushed, ledger.Accepted, PerSecond(ledger.Accepted, seconds)),
            new BenchReceivedOutput(ledger.Received, PerSecond(ledger.Received, receivingSeconds)),
            LatencyOf(ledger.Latency),
            ledger.Missing,
            ledger.Repeated,
            [.. ledger.Errors.OrderBy(error => error.Key, StringComparer.Ordinal).Select(error => new ErrorOutput(error.Key, error.Value))],
            run.Kept.Count);

        static double PerSecond(long count, double time) => time > 0 ? Rounded(count / time) : 0;
    }

    private static LatencyOutput? LatencyOf(HistogramBase? microseconds) => microseconds is null
        ? null
        : new LatencyOutput(
            Milliseconds(microseconds.GetValueAtPercentile(50)),
            Milliseconds(microseconds.GetValueAtPercentile(90)),
            Milliseconds(microseconds.GetValueAtPercentile(99)),
            Milliseconds(microseconds.GetMaxValue()));

    private static void Print(Terminal terminal, BenchOutput report)
    {
        if (terminal.IsJson)
        {
            Terminal.WriteJson(report, OutputJson.Default.BenchOutput);
            return;
        }

        var latency = report.LatencyMilliseconds;
        List<(string Name, string Value)> rows =
        [
            ("Clients", Words.Of(report.Plan.Clients)),
            ("Pushed", $"{Words.Of(report.Pushed.Sent)} in {Words.Decimal(report.Seconds)} s, {Words.Of(report.Pushed.Accepted)} accepted"),
            ("Received", $"{Words.Of(report.Received.Messages)}, {Words.Decimal(report.Received.PerSecond)} a second"),
            ("Latency p50", InMilliseconds(latency?.P50)),
            ("Latency p90", InMilliseconds(latency?.P90)),
            ("Latency p99", InMilliseconds(latency?.P99)),
            ("Latency max", InMilliseconds(latency?.Max)),
            ("Lost", Words.Of(report.Lost)),
            ("Repeated", Words.Of(report.Repeated)),
            ("Errors", report.Errors.Count == 0 ? "none" : Words.Of(report.Errors.Sum(error => error.Count))),
            .. report.Errors.Select(error => ($"  {error.Kind}", Words.Of(error.Count))),
        ];
        terminal.Write(Terminal.TableOf(["", ""], rows.Select(row => (string[])[row.Name, row.Value])).HideHeaders());
    }

    private static string InMilliseconds(double? time) => time is { } known ? $"{Words.Decimal(known)} ms" : "-";

    private static double Milliseconds(long microseconds) => Rounded(microseconds / MicrosecondsPerMillisecond);

    private static double Rounded(double number) => Math.Round(number, 2);

    private static Option<double> Decimal(string name, string description, double value, double max) => new(name)
    {
        Description = $"{description} Above 0, to {max}.",
        DefaultValueFactory = _ => value,
        HelpName = "number",
        CustomParser = argument =>
        {
            var text = argument.Tokens.Single().Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number > 0
                && number <= max)
            {
                return number;
            }

            argument.AddError($"{name} must be a number above 0, to {max}.");
            return value;
        },
    };
}
