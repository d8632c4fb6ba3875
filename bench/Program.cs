using System.CommandLine;
using FuncComet.Bench.Reporting;
using FuncComet.Bench.Serving;
using FuncComet.LocalHost;

namespace FuncComet.Bench;

internal static class Program
{
    private static readonly Argument<string[]> Names = new("scenario")
    {
        Description = $"What to measure; without any, everything.{string.Concat(Bench.Scenarios.Select(scenario => $"\n{scenario.Name}: {scenario.Description}"))}",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Quick = new("--quick") { Description = "Small numbers, in a few minutes: shows that everything works, its figures mean nothing." };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The folder for tables.md, results.json and growth.svg.",
        DefaultValueFactory = _ => Path.Combine(".funccomet", "bench"),
    };

    private static readonly Option<FileInfo> Markdown = new("--markdown") { Description = "A document with places for the tables, to be filled; the plot is put beside it." };

    private static readonly Option<Uri?> Golongpoll = new("--golongpoll") { Description = "The address of a golongpoll server that runs already, with its handlers at events and publish below it." };

    public static Task<int> Main(string[] args)
    {
        Names.AcceptOnlyFromAmong([.. Bench.Scenarios.Select(scenario => scenario.Name)]);
        Markdown.AcceptExistingOnly();
        var kind = new Argument<string>("kind");
        var serve = new Command("serve", "Serves one system: how the bench starts itself.") { kind };
        serve.Hidden = true;
        serve.SetAction(arguments => Served.RunAsync(arguments.GetValue(kind)!));
        var command = new RootCommand("Measures FuncComet beside its peers and the bare limits, in one run on one machine.") { Names, Quick, Output, Markdown, Golongpoll, serve };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, cancellationToken));

        // Whatever was started is ended before this is.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var names = arguments.GetValue(Names)!;
        var bench = new Bench(arguments.GetValue(Quick) ? Scale.Quick : Scale.Full, arguments.GetValue(Golongpoll), Console.Error);
        Report report;
        try
        {
            report = await bench.RunAsync([.. Bench.Scenarios.Where(scenario => names.Length == 0 || names.Contains(scenario.Name))], cancellationToken);
        }
        catch (StartException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return 1;
        }

        await bench.WriteAsync(report, arguments.GetValue(Output)!);
        if (arguments.GetValue(Markdown) is { } document)
        {
            await bench.UpdateAsync(report, document.FullName);
        }

        Console.WriteLine(MarkdownReport.Write(report));
        return 0;
    }
}
