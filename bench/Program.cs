using System.CommandLine;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Scenarios;
using FuncComet.Bench.Serving;
using FuncComet.LocalHost;

namespace FuncComet.Bench;

internal static class Program
{
    private static readonly Argument<string[]> Names = new("scenario")
    {
        Description = $"What to measure; everything if you name none.{string.Concat(Bench.Scenarios.Select(Line))}",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Measure small numbers, in a few minutes. This checks that everything works; the figures mean nothing.",
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The folder to write tables.md, results.json and the plots to.",
        DefaultValueFactory = _ => Path.Combine(".funccomet", "bench"),
    };

    private static readonly Option<FileInfo[]> Markdown = new("--markdown")
    {
        Description = "Documents to fill the tables into, between <!-- bench: name --> and <!-- /bench -->. The plots go beside them.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<double> MessagesAnHour = new("--messages")
    {
        Description = "How many messages each client of the scenario scale gets in an hour.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<Uri?> Golongpoll = new("--golongpoll")
    {
        Description = "The address of a running golongpoll server, which must serve its handlers at events and publish below that address.",
    };

    public static Task<int> Main(string[] args)
    {
        Names.AcceptOnlyFromAmong([.. Bench.Scenarios.Select(scenario => scenario.Name)]);
        Markdown.AcceptExistingOnly();
        var kind = new Argument<string>("kind");
        var serve = new Command("serve", "Serve one system. The bench runs this command in child processes.") { kind };
        serve.Hidden = true;
        serve.SetAction(arguments => Served.RunAsync(arguments.GetValue(kind)!));
        var command = new RootCommand("Measures FuncComet, its peers and the limits of the platform, in one run on one machine.")
        {
            Names,
            Quick,
            Output,
            Markdown,
            Golongpoll,
            MessagesAnHour,
            serve,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, cancellationToken));

        // After Ctrl-C, this is enough time to stop all child processes.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static string Line(IScenario scenario) => $"\n{scenario.Name}: {scenario.Description}";

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var names = arguments.GetValue(Names)!;
        var output = arguments.GetValue(Output)!;
        var bench = new Bench(
            arguments.GetValue(Quick) ? Scale.Quick : Scale.Full,
            arguments.GetValue(Golongpoll),
            await EarlierFigures.ReadAsync(output),
            arguments.GetValue(MessagesAnHour),
            Console.Error);
        var scenarios = Bench.Scenarios.Where(scenario => names.Length == 0 || names.Contains(scenario.Name));
        Report report;
        try
        {
            report = await bench.RunAsync([.. scenarios], cancellationToken);
        }
        catch (StartException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }

        await bench.WriteAsync(report, output);
        await bench.UpdateAsync(report, arguments.GetValue(Markdown) ?? []);
        Console.WriteLine(MarkdownReport.Write(report));
        return 0;
    }
}
