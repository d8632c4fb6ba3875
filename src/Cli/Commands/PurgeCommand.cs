using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class PurgeCommand : OperatorCommand
{
    private const string Verb = "Deleted";

    private readonly LetterScope _scope = new();
    private readonly Option<bool> _yes = Parameters.Yes();

    public PurgeCommand()
        : base("purge", "Delete dead letters. It asks first.", "funccomet deadletters purge alice")
    {
        _scope.AddTo(this);
        Options.Add(_yes);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var recipient = _scope.Of(parsed);
        var question = $"Delete the dead letters of {LetterScope.TextOf(recipient)}? It cannot be undone.";
        if (!await Terminal.ConfirmAsync(question, parsed.GetValue(_yes), cancellationToken))
        {
            return ExitCode.Incomplete;
        }

        var result = await LetterLoop.RunAsync(
            terminal,
            Verb,
            async after =>
            {
                var step = recipient is null
                    ? await app.Administration.PurgeAllDeadLettersAsync(after, cancellationToken)
                    : await app.Administration.PurgeDeadLettersAsync(recipient, cancellationToken);
                return new LetterStep(step.Removed, step.Left, step.Next, step.Older);
            });
        return LetterLoop.Conclude(
            terminal,
            Verb,
            recipient,
            result,
            new PurgeOutput(result.Done, result.Left, OlderLetters.Json(result.Older)),
            OutputJson.Default.PurgeOutput);
    }
}
