using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class EraseCommand : OperatorCommand
{
    private readonly Argument<string> _recipient = Parameters.Recipient("Whom to erase.");
    private readonly Option<bool> _yes = Parameters.Yes();

    public EraseCommand()
        : base(
            "erase",
            "Erase a recipient: the mailbox with its messages and the name, and the dead letters. A client whose token is still valid "
            + "makes the mailbox again.",
            "funccomet erase alice")
    {
        Arguments.Add(_recipient);
        Options.Add(_yes);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var recipient = parsed.GetValue(_recipient)!;
        var question = $"Erase {recipient}, with all messages and dead letters? It cannot be undone.";
        if (!await Terminal.ConfirmAsync(question, parsed.GetValue(_yes), cancellationToken))
        {
            return ExitCode.Incomplete;
        }

        var erasure = await app.Administration.EraseAsync(recipient, cancellationToken);
        var text = erasure.IsComplete
            ? $"{SafeText.OfLine(recipient)} is erased."
            : $"The storage has not deleted yet: {string.Join(", ", erasure.Left)}. Repeat the command in a minute.";
        terminal.Write(new EraseOutput(recipient, erasure.Left), OutputJson.Default.EraseOutput, text);
        return erasure.IsComplete ? ExitCode.Done : ExitCode.Incomplete;
    }
}
