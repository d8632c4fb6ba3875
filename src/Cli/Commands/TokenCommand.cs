using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;

namespace FuncComet.Cli.Commands;

internal sealed class TokenCommand : OperatorCommand
{
    private readonly Argument<string> _recipient = Parameters.Recipient("Whose mailbox the token opens.");
    private readonly Option<TimeSpan?> _ttl = Parameters.Time("--ttl", "How long the token is valid, 1m to 1d. Default: 1h.");

    public TokenCommand()
        : base(
            "token",
            "Issue a token, with which a recipient polls, and print it.",
            "FUNCCOMET_TOKEN=$(funccomet token alice --ttl 10m)")
    {
        Arguments.Add(_recipient);
        Options.Add(_ttl);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var recipient = parsed.GetValue(_recipient)!;
        var token = await app.Server.GetTokenAsync(recipient, parsed.GetValue(_ttl), cancellationToken);
        terminal.Write(
            new TokenOutput(recipient, token.Token, Times.Json(token.Expires)), OutputJson.Default.TokenOutput, token.Token);
        return ExitCode.Done;
    }
}
