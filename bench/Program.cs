using System.CommandLine;
using System.CommandLine.Parsing;
using FuncComet.Bench.Deployments;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Serving;
using FuncComet.Bench.Systems;
using FuncComet.LocalHost;

namespace FuncComet.Bench;

internal static class Program
{
    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Measure small numbers, in a few minutes. This checks that everything works; the figures mean nothing.",
        Recursive = true,
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The folder to write tables.md, results.json and the plots to.",
        DefaultValueFactory = _ => Path.Combine(".funccomet", "bench"),
        Recursive = true,
    };

    private static readonly Option<FileInfo[]> Markdown = new("--markdown")
    {
        Description = "Documents to fill the tables into, between <!-- bench: name --> and <!-- /bench -->. The plots go beside them.",
        AllowMultipleArgumentsPerToken = true,
        Recursive = true,
    };

    private static readonly Option<double> MessagesAnHour = new("--messages")
    {
        Description = "How many messages each client of the scenario scale gets in an hour.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<Uri?> Golongpoll = new("--golongpoll")
    {
        CustomParser = ParseAddress,
        Description = "The address of a running golongpoll server, which must serve its handlers at events and publish below that address.",
    };

    private static readonly Option<Uri?> Url = new("--url")
    {
        CustomParser = ParseAddress,
        Description = "Measure latency and throughput of the deployment at this address, and nothing else. "
            + "The bench's recipients have names of their own, and their mailboxes are erased at the end.",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "With --url: a function key. If the deployment requires tokens, the bench asks it for them with this key.",
    };

    private static readonly Option<Uri?> Floor = new("--floor")
    {
        CustomParser = ParseAddress,
        Description = "With --url: the address of bench/FloorApp on the same platform, which is measured by turns.",
    };

    private static readonly Option<string?> Storage = new("--storage")
    {
        Description = "With --url: the connection string of its storage, where a bare SendMessage is measured by turns.",
    };

    private static readonly Option<string> Handover = new("--handover")
    {
        Description = "With --url: how the deployment is configured (FuncComet__Push__Handover). It names the row, and chooses the goals.",
        DefaultValueFactory = _ => "Stored",
    };

    private static readonly Option<string?> Label = new("--label")
    {
        Description = "With --url: what the deployment runs on, in words; its address if you say nothing.",
    };

    public static Task<int> Main(string[] args)
    {
        Markdown.AcceptExistingOnly();
        Handover.AcceptOnlyFromAmong("Stored", "Direct");
        var kind = new Argument<string>("kind");
        var serve = new Command("serve", "Serve one system. The bench runs this command in child processes.") { kind };
        serve.Hidden = true;
        serve.SetAction(arguments => Served.RunAsync(arguments.GetValue(kind)!));
        var onHost = NamesOf(Plan.HostScenarios);
        var host = new Command("host", "Measure on a Functions host, which FUNCCOMET_HOST starts: see CONTRIBUTING.md.") { onHost };
        host.SetAction((arguments, cancellationToken) => RunOnHostAsync(arguments, arguments.GetValue(onHost)!, cancellationToken));
        var names = NamesOf(Plan.LocalHostScenarios);
        var command = new RootCommand("Measures FuncComet, its peers and the limits of the platform, in one run on one machine.")
        {
            names,
            Quick,
            Output,
            Markdown,
            Golongpoll,
            MessagesAnHour,
            Url,
            Key,
            Floor,
            Storage,
            Handover,
            Label,
            host,
            serve,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, arguments.GetValue(names)!, cancellationToken));

        // After Ctrl-C, this is enough time to stop all child processes.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static Uri? ParseAddress(ArgumentResult argument)
    {
        if (!Uri.TryCreate(argument.Tokens.Single().Value, UriKind.Absolute, out var address))
        {
            argument.AddError($"{argument.Tokens.Single().Value} is not an absolute address, such as https://example.org/.");
        }

        return address;
    }

    private static Argument<string[]> NamesOf(IReadOnlyList<IScenario> scenarios)
    {
        var names = new Argument<string[]>("scenario")
        {
            Description = $"What to measure; everything if you name none.{string.Concat(scenarios.Select(Line))}",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. scenarios.Select(scenario => scenario.Name)]);
        return names;
    }

    private static string Line(IScenario scenario) => $"\n{scenario.Name}: {scenario.Description}";

    private static Task<int> RunAsync(ParseResult arguments, string[] names, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Url) is not { } url)
        {
            return RunAsync(Plan.ForLocalHost(arguments.GetValue(Golongpoll)), names, Report.LocalHost, arguments, cancellationToken);
        }

        var addresses = new Addresses(
            url,
            arguments.GetValue(Key),
            arguments.GetValue(Handover) == "Direct" ? SystemNames.Direct : SystemNames.Stored,
            arguments.GetValue(Floor),
            arguments.GetValue(Storage));
        var label = arguments.GetValue(Label) ?? url.Authority;
        return RunAsync(Plan.ForDeployment(addresses), names, label, arguments, cancellationToken);
    }

    private static Task<int> RunOnHostAsync(ParseResult arguments, string[] names, CancellationToken cancellationToken) =>
        ExplainedAsync(async () =>
        {
            var version = await HostSystems.ReadVersionAsync(cancellationToken);
            return await RunAsync(Plan.ForFunctionsHost(), names, $"Functions host {version}", arguments, cancellationToken);
        });

    private static Task<int> RunAsync(
        Plan plan,
        string[] names,
        string label,
        ParseResult arguments,
        CancellationToken cancellationToken) =>
        ExplainedAsync(async () =>
        {
            var output = arguments.GetValue(Output)!;
            var bench = new Bench(
                plan,
                arguments.GetValue(Quick) ? Scale.Quick : plan.Full,
                await EarlierFigures.ReadAsync(output),
                arguments.GetValue(MessagesAnHour),
                Console.Error);
            var report = await bench.RunAsync(names, label, cancellationToken);
            await bench.WriteAsync(report, output);
            await bench.UpdateAsync(report, arguments.GetValue(Markdown) ?? []);
            Console.WriteLine(MarkdownReport.Write(report));
            return 0;
        });

    private static async Task<int> ExplainedAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (StartException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }
    }
}
