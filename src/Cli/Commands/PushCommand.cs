using System.CommandLine;
using System.Text;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;

namespace FuncComet.Cli.Commands;

internal sealed class PushCommand : OperatorCommand
{
    private readonly Argument<string[]> _recipients = Parameters.Recipients("1 to 100 recipients, who each get a copy.");
    private readonly Option<string?> _body = new("--body", "-b") { Description = "The message's text.", HelpName = "text" };
    private readonly Option<FileInfo?> _file = new("--file", "-f") { Description = "A file with the message.", HelpName = "path" };

    private readonly Option<string?> _contentType = new("--content-type", "-t")
    {
        Description = "Default: text/plain; charset=utf-8 if the message is text, else application/octet-stream.",
        HelpName = "type",
    };

    private readonly Option<string?> _idempotencyKey = new("--idempotency-key")
    {
        Description = "By which receivers drop a repeat. It is not the function key. Default: a random one.",
        HelpName = "key",
    };

    private readonly Option<TimeSpan?> _ttl = Parameters.Time("--ttl", "How long the message is kept if it is not delivered, to 30d.");
    private readonly Option<TimeSpan?> _delay = Parameters.Time("--delay", "How long the delivery is delayed, to 7d.");

    private readonly Option<int> _attempts = Parameters.Number(
        "--attempts", "How often the push is tried after errors that pass.", value: 5, min: 1, max: 100);

    public PushCommand()
        : base(
            "push",
            "Push a message to recipients. Without --body and --file, the message is read from standard input.",
            "funccomet push alice bob --body 'Dinner is ready' --ttl 1h",
            "funccomet push alice --content-type application/json < order.json")
    {
        Arguments.Add(_recipients);
        Options.Add(_body);
        Options.Add(_file);
        Options.Add(_contentType);
        Options.Add(_idempotencyKey);
        Options.Add(_ttl);
        Options.Add(_delay);
        Options.Add(_attempts);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(parsed.GetValue(_body), parsed.GetValue(_file), cancellationToken);
        var message = new OutgoingMessage(body)
        {
            ContentType = parsed.GetValue(_contentType)
                ?? (SafeText.TryReadText(body) is null ? "application/octet-stream" : "text/plain; charset=utf-8"),
            Key = parsed.GetValue(_idempotencyKey),
            TimeToLive = parsed.GetValue(_ttl),
            Delay = parsed.GetValue(_delay),
            Attempts = parsed.GetValue(_attempts),
        };
        try
        {
            Print(terminal, await app.Server.PushAsync(parsed.GetValue(_recipients)!, message, cancellationToken), failure: null);
            return ExitCode.Done;
        }
        catch (PushFailedException ex)
        {
            Terminal.WriteError(ex.Message);
            Print(terminal, ex.Accepted, ex);
            return ex.Accepted.Count > 0 ? ExitCode.Incomplete : ExitCode.Failed;
        }
    }

    private static async Task<byte[]> ReadBodyAsync(string? text, FileInfo? file, CancellationToken cancellationToken)
    {
        if (text is not null && file is not null)
        {
            throw new UsageException("Give --body or --file, not both.");
        }

        if (text is not null)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        if (file is not null)
        {
            try
            {
                return await File.ReadAllBytesAsync(file.FullName, cancellationToken);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                throw new UsageException(ex.Message);
            }
        }

        if (!Console.IsInputRedirected)
        {
            throw new UsageException("There is no message: give --body or --file, or pipe it in.");
        }

        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes, cancellationToken).WaitAsync(cancellationToken);
        return bytes.ToArray();
    }

    private static void Print(Terminal terminal, IReadOnlyList<PushedCopy> accepted, PushFailedException? failure)
    {
        if (terminal.IsJson)
        {
            var failed = failure?.Failed.Select(copy => new FailedOutput(copy.Recipient, copy.Code)).ToList();
            Terminal.WriteJson(
                new PushOutput([.. accepted.Select(PushedOutput.Of)], failed, failure?.Key), OutputJson.Default.PushOutput);
            return;
        }

        var stored = accepted.Select(copy => (string[])
            [copy.Recipient, copy.IsHanded ? "handed over" : "stored", copy.Id, Times.Text(copy.Expires)]);
        var missing = failure?.Failed.Select(copy => (string[])[copy.Recipient, copy.Code, "-", "-"]) ?? [];
        terminal.Write(Terminal.TableOf(["RECIPIENT", "STATE", "ID", "EXPIRES"], [.. stored, .. missing]));
        if (failure is not null)
        {
            Terminal.WriteError($"To try again, push to those with --idempotency-key {failure.Key}");
        }
    }
}
