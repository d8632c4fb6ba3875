using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FuncComet.Cli.Commands;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;
using Microsoft.Extensions.Options;

namespace FuncComet.Cli;

/// <summary>Parses the command line, runs its command, and turns every failure into a line and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, TerminationSignals signals)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                Terminal.WriteError(error.Message);
            }

            Terminal.WriteError($"'{HelpWithExamples.NameOf(parsed)} --help' tells what it takes.");
            return ExitCode.WrongUsage;
        }

        // TerminationSignals handles Ctrl-C. Without own handlers of exceptions, they would be printed with their stack.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(configuration, signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return signals.ExitCode;
        }
        catch (Exception ex) when (Explain(ex) is { } failure)
        {
            Terminal.WriteError(failure.Line);
            return failure.ExitCode;
        }
    }

    private static FuncCometCommand Root()
    {
        var root = new FuncCometCommand
        {
            new PushCommand(), new PollCommand(), new TokenCommand(), new PresenceCommand(), new MailboxesCommand(), new PeekCommand(),
            new DeadLettersCommand(), new EraseCommand(), new AboutCommand(), new WatchCommand(), new BenchCommand(),
        };
        GlobalOptions.AddTo(root);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    /// <summary>One line that says what went wrong; null if it is a fault of this program.</summary>
    private static (string Line, int ExitCode)? Explain(Exception exception) => exception switch
    {
        UsageException => (exception.Message, ExitCode.WrongUsage),
        OptionsValidationException invalid => (string.Join(Environment.NewLine, invalid.Failures), ExitCode.WrongUsage),

        // What the client refuses before it sends anything.
        ArgumentException { ParamName: not null } => (exception.Message, ExitCode.WrongUsage),
        FuncCometException => (exception.Message, ExitCode.Failed),
        OutputClosedException => (exception.Message, ExitCode.Failed),

        // The help is written by System.CommandLine, to the same output.
        IOException => (exception.Message, ExitCode.Failed),
        _ => null,
    };
}
