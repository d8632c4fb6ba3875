using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;

namespace FuncComet.Cli.Commands;

internal sealed class ListDeadLettersCommand : OperatorCommand
{
    private readonly Argument<string?> _recipient = new("recipient")
    {
        Description = "Whose letters to list. Default: list the recipients that have letters.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int> _max = Parameters.Number(
        "--max", "The most letters of the recipient to show.", value: 32, min: 1, max: 32);

    private readonly Option<bool> _bodies = new("--bodies", "-b") { Description = "Show the bodies of the recipient's letters too." };

    public ListDeadLettersCommand()
        : base(
            "list",
            "List the recipients that have dead letters, or one recipient's letters.",
            "funccomet deadletters list alice --bodies")
    {
        Arguments.Add(_recipient);
        Options.Add(_max);
        Options.Add(_bodies);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_recipient) is { } recipient)
        {
            var withBodies = parsed.GetValue(_bodies);
            var list = await app.Administration.ListDeadLettersAsync(recipient, parsed.GetValue(_max), withBodies, cancellationToken);
            PrintLetters(terminal, recipient, list, withBodies);
        }
        else
        {
            var (recipients, older) = await ReadRecipientsAsync(app.Administration, cancellationToken);
            PrintRecipients(terminal, recipients, older);
        }

        return ExitCode.Done;
    }

    private static async Task<(List<DeadLetterCount> Recipients, long Older)> ReadRecipientsAsync(
        FuncCometAdministration app,
        CancellationToken cancellationToken)
    {
        var recipients = new List<DeadLetterCount>();
        DeadLetterPage? page = null;
        do
        {
            page = await app.ListDeadLetterRecipientsAsync(page?.Next, cancellationToken: cancellationToken);
            recipients.AddRange(page.Recipients);
        }
        while (page.Next is not null);

        return (recipients, page.Older);
    }

    private static void PrintRecipients(Terminal terminal, List<DeadLetterCount> recipients, long older)
    {
        if (terminal.IsJson)
        {
            Terminal.WriteJson(
                new DeadLetterRecipientsOutput(
                    [.. recipients.Select(one => new DeadLetterCountOutput(one.Recipient, one.Letters))], OlderLetters.Json(older)),
                OutputJson.Default.DeadLetterRecipientsOutput);
            return;
        }

        terminal.Write(Terminal.TableOf(
            ["RECIPIENT", "LETTERS"],
            recipients.Select(one => (string[])[one.Recipient, Words.Of(one.Letters)])));
        OlderLetters.Tell(older);
    }

    private static void PrintLetters(Terminal terminal, string recipient, DeadLetterList list, bool withBodies)
    {
        if (terminal.IsJson)
        {
            Terminal.WriteJson(
                new DeadLettersOutput(
                    recipient, [.. list.Letters.Select(DeadLetterOutput.Of)], list.Count, OlderLetters.Json(list.Older)),
                OutputJson.Default.DeadLettersOutput);
            return;
        }

        string[] columns = ["ID", "PUSHED", "DEAD SINCE", "DELIVERIES", "BYTES", "CONTENT TYPE", "KEY", "REASON"];
        terminal.Write(Terminal.TableOf(
            withBodies ? [.. columns, "BODY"] : columns,
            list.Letters.Select(letter =>
                withBodies ? [.. Cells(letter), BodyText.OneLine(letter.Body, letter.ContentType)] : Cells(letter))));
        Terminal.WriteError($"{Words.Of(list.Letters.Count)} of {Words.Count(list.Count, "letter")}.");
        OlderLetters.Tell(list.Older);
    }

    private static string[] Cells(DeadLetter letter) =>
    [
        letter.Id,
        Times.Text(letter.Time),
        Times.Text(letter.DeadLettered),
        Words.Of(letter.Deliveries),
        letter.Size is { } size ? Words.Of(size) : "-",
        Words.Dash(letter.ContentType),
        Words.Dash(letter.Key),
        letter.Reason,
    ];
}
