using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;

namespace FuncComet.Cli.Commands;

internal sealed class MailboxesCommand : OperatorCommand
{
    private readonly Option<bool> _counts = new("--counts", "-c")
    {
        Description = "Count the messages, and tell who waits: a storage request for each mailbox.",
    };

    private readonly Option<int?> _limit = Parameters.Limit("--limit", "The most mailboxes to list.");

    public MailboxesCommand()
        : base("mailboxes", "List the mailboxes, one on each line with --json.", "funccomet mailboxes --counts --limit 50")
    {
        Options.Add(_counts);
        Options.Add(_limit);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var withCounts = parsed.GetValue(_counts);
        var mailboxes = app.Administration.ListMailboxesAsync(withCounts, cancellationToken).Take(parsed.GetValue(_limit) ?? int.MaxValue);
        if (terminal.IsJson)
        {
            await foreach (var mailbox in mailboxes)
            {
                Terminal.WriteJson(MailboxOutput.Of(mailbox), OutputJson.Default.MailboxOutput);
            }

            return ExitCode.Done;
        }

        var listed = await terminal.WithProgressAsync("Listing …", async show =>
        {
            var all = new List<MailboxEntry>();
            await foreach (var mailbox in mailboxes)
            {
                all.Add(mailbox);
                show($"Listing … {Words.Of(all.Count)}");
            }

            return all;
        });
        terminal.Write(Terminal.TableOf(
            withCounts ? ["RECIPIENT", "MESSAGES", "WAITING", "LAST SEEN"] : ["RECIPIENT"],
            listed.Select(mailbox => withCounts ? Cells(mailbox) : [mailbox.Recipient])));
        return ExitCode.Done;
    }

    private static string[] Cells(MailboxEntry mailbox) =>
        [mailbox.Recipient, Words.Of(mailbox.Messages), Words.Of(mailbox.IsWaiting), Times.Text(mailbox.LastSeen)];
}
