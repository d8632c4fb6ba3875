using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class RedriveCommand : OperatorCommand
{
    private const string Verb = "Moved";

    private readonly LetterScope _scope = new();
    private readonly Option<bool> _yes = Parameters.Yes();
    private readonly Option<TimeSpan?> _ttl = Parameters.Time("--ttl", "How long the messages are kept, to 30d. Default: 7d.");

    public RedriveCommand()
        : base(
            "redrive",
            "Put dead letters back into their mailboxes, with the same id, key and content type. With --all, it asks first.",
            "funccomet deadletters redrive alice --ttl 1d")
    {
        _scope.AddTo(this);
        Options.Add(_ttl);
        Options.Add(_yes);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var recipient = _scope.Of(parsed);
        var ttl = parsed.GetValue(_ttl);
        const string Question = "Put the dead letters of all recipients back into their mailboxes?";
        if (recipient is null && !await Terminal.ConfirmAsync(Question, parsed.GetValue(_yes), cancellationToken))
        {
            return ExitCode.Incomplete;
        }

        var result = await LetterLoop.RunAsync(
            terminal,
            Verb,
            async after =>
            {
                var step = recipient is null
                    ? await app.Administration.RedriveAllAsync(after, ttl, cancellationToken)
                    : await app.Administration.RedriveAsync(recipient, ttl, cancellationToken);
                return new LetterStep(step.Moved, step.Left, step.Next, step.Older);
            });
        return LetterLoop.Conclude(
            terminal,
            Verb,
            recipient,
            result,
            new RedriveOutput(result.Done, result.Left, OlderLetters.Json(result.Older)),
            OutputJson.Default.RedriveOutput);
    }
}
