using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;

namespace FuncComet.Cli.Commands;

/// <summary>
/// Polls in lease mode, and acknowledges a message only after it was printed. If the tool is killed before that, the message comes again.
/// </summary>
internal sealed class PollCommand : OperatorCommand
{
    private const string TokenVariable = "FUNCCOMET_TOKEN";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultLease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(220);

    private readonly Argument<string> _recipient = Parameters.Recipient("Whose messages to take.");

    private readonly Option<bool> _follow = new("--follow")
    {
        Description = "Print messages as they come, until Ctrl-C. Lost connections and restarts of the app are survived.",
    };

    private readonly Option<TimeSpan?> _timeout = Parameters.Time("--timeout", "How long to wait for a message, to 220. Default: 30.");

    private readonly Option<TimeSpan?> _lease = Parameters.Time(
        "--lease", "After how long a message comes again if this command is killed, 5 to 1h. Default: 1m.");

    private readonly Option<bool> _raw = new("--raw")
    {
        Description = "Write the bodies' bytes as they are, without line ends. Not to a terminal, which a body could drive.",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"The recipient's token. Default: {TokenVariable}, else a token that is asked for with the function key.",
        HelpName = "token",
    };

    public PollCommand()
        : base(
            "poll",
            "Take a recipient's messages and print them. A message is acknowledged once it is printed.",
            "funccomet poll alice --timeout 60",
            "funccomet poll alice --follow --json")
    {
        Arguments.Add(_recipient);
        Options.Add(_follow);
        Options.Add(_timeout);
        Options.Add(_lease);
        Options.Add(_raw);
        Options.Add(_token);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var recipient = parsed.GetValue(_recipient)!;
        var isRaw = parsed.GetValue(_raw);
        if (isRaw && (terminal.IsJson || !Console.IsOutputRedirected))
        {
            throw new UsageException("--raw is for a pipe or a file, and not with --json.");
        }

        var lease = parsed.GetValue(_lease) ?? DefaultLease;
        var token = AppConnection.ValueOf(parsed, _token, TokenVariable);
        var reader = await app.ReaderAsync(recipient, token, lease, LongestTimeout, cancellationToken);
        if (parsed.GetValue(_follow))
        {
            await foreach (var message in reader.ReadAllAsync(recipient, cancellationToken))
            {
                Print(terminal, recipient, message, isRaw);
            }
        }

        var request = new PollRequest { Timeout = parsed.GetValue(_timeout) ?? DefaultTimeout, Lease = lease };
        if (await reader.PollAsync(recipient, request, cancellationToken) is not [var one])
        {
            return ExitCode.Incomplete;
        }

        Print(terminal, recipient, one, isRaw);

        // Not cancelled by Ctrl-C, because the message is printed. The request has a limit of its own.
        await reader.AcknowledgeAsync(recipient, [one.Receipt!], CancellationToken.None);
        return ExitCode.Done;
    }

    private static void Print(Terminal terminal, string recipient, CometMessage message, bool isRaw)
    {
        if (isRaw)
        {
            StandardOutput.WriteBytes(message.Body);
        }
        else if (terminal.IsJson)
        {
            Terminal.WriteJson(MessageOutput.Of(recipient, message), OutputJson.Default.MessageOutput);
        }
        else
        {
            Terminal.WriteLine(SafeText.OfBody(message.Body.Span, message.ContentType));
        }
    }
}
