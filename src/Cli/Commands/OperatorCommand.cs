using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

/// <summary>A command that talks to the app. Its help ends with an example.</summary>
internal abstract class OperatorCommand : Command, IHasExamples
{
    protected OperatorCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(async (parsed, cancellationToken) =>
        {
            using var app = new AppConnection(parsed);
            return await RunAsync(parsed, app, new Terminal(parsed.GetValue(GlobalOptions.Json)), cancellationToken);
        });
    }

    public IReadOnlyList<string> Examples { get; }

    /// <returns>An <see cref="ExitCode"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult parsed, AppConnection app, Terminal terminal, CancellationToken cancellationToken);
}
