using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class PurgeCommand : OperatorCommand
{
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

        var (removed, left, older) = await LetterLoop.RunAsync(
            terminal,
            "Deleted",
            async after =>
            {
                var result = recipient is null
                    ? await app.Administration.PurgeAllDeadLettersAsync(after, cancellationToken)
                    : await app.Administration.PurgeDeadLettersAsync(recipient, cancellationToken);
                return new LetterStep(result.Removed, result.Left, result.Next, result.Older);
            });
        terminal.Write(
            new PurgeOutput(removed, left, OlderLetters.Json(older)),
            OutputJson.Default.PurgeOutput,
            $"Deleted {Words.Count(removed, "letter")} of {SafeText.OfLine(LetterScope.TextOf(recipient))}, {Words.Of(left)} left.");
        OlderLetters.TellUnsorted(older);
        return LetterLoop.ExitCodeOf(recipient, left, older);
    }
}
