using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;

namespace FuncComet.Cli.Commands;

internal sealed class PeekCommand : OperatorCommand
{
    private readonly Argument<string> _recipient = Parameters.Recipient("Whose mailbox to look into.");
    private readonly Option<int> _max = Parameters.Number("--max", "The most messages to show.", value: 32, min: 1, max: 32);
    private readonly Option<bool> _bodies = new("--bodies", "-b") { Description = "Show the bodies too." };

    public PeekCommand()
        : base(
            "peek",
            "Show the first messages that a poll could receive now, without taking them. Leased and delayed ones cannot be shown.",
            "funccomet peek alice --bodies")
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
        var recipient = parsed.GetValue(_recipient)!;
        var withBodies = parsed.GetValue(_bodies);
        var messages = await app.Administration.PeekMessagesAsync(recipient, parsed.GetValue(_max), withBodies, cancellationToken);
        if (terminal.IsJson)
        {
            Terminal.WriteJson(new PeekOutput(recipient, [.. messages.Select(PeekedOutput.Of)]), OutputJson.Default.PeekOutput);
            return ExitCode.Done;
        }

        string[] columns = ["ID", "PUSHED", "DELIVERIES", "BYTES", "CONTENT TYPE", "KEY", "EXPIRES", "REMARK"];
        terminal.Write(Terminal.TableOf(
            withBodies ? [.. columns, "BODY"] : columns,
            messages.Select(message =>
                withBodies ? [.. Cells(message), BodyText.OneLine(message.Body, message.ContentType)] : Cells(message))));
        return ExitCode.Done;
    }

    private static string[] Cells(PeekedMessage message) =>
    [
        message.Id,
        Times.Text(message.Time),
        Words.Of(message.Deliveries),
        Words.Of(message.Size),
        Words.Dash(message.ContentType),
        Words.Dash(message.Key),
        Times.Text(message.Expires),
        message.Unreadable is { } reason ? $"unreadable: {reason}" : message.IsForeign ? "of another program" : "-",
    ];
}
