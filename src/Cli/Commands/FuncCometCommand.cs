using System.CommandLine;

namespace FuncComet.Cli.Commands;

/// <summary>The root of all commands.</summary>
internal sealed class FuncCometCommand()
    : RootCommand("The command line of FuncComet: push and poll, look into mailboxes, repair, erase, and measure."), IHasExamples
{
    public IReadOnlyList<string> Examples { get; } = ["funccomet push alice --body hello --url http://localhost:7071"];
}
