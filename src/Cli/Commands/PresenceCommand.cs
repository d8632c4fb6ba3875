using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class PresenceCommand : OperatorCommand
{
    private readonly Argument<string[]> _recipients = Parameters.Recipients("1 to 100 recipients.");

    public PresenceCommand()
        : base("presence", "Tell whether recipients are waiting for messages.", "funccomet presence alice bob") =>
        Arguments.Add(_recipients);

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var presence = await app.Server.GetPresenceAsync(parsed.GetValue(_recipients)!, cancellationToken);
        if (terminal.IsJson)
        {
            Terminal.WriteJson(
                new PresenceOutput(
                    [.. presence.Select(one => new RecipientOutput(one.Recipient, one.IsWaiting, Times.Json(one.LastSeen)))]),
                OutputJson.Default.PresenceOutput);
        }
        else
        {
            terminal.Write(Terminal.TableOf(
                ["RECIPIENT", "WAITING", "LAST SEEN"],
                presence.Select(one => (string[])[one.Recipient, Words.Of(one.IsWaiting), Times.Text(one.LastSeen)])));
        }

        return presence.All(one => one.IsWaiting is not null) ? ExitCode.Done : ExitCode.Incomplete;
    }
}
