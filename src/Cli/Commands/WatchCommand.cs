using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using FuncComet.Client;
using Spectre.Console;

namespace FuncComet.Cli.Commands;

/// <summary>Shows counts that change: on a terminal in place, else one table or JSON line after the other.</summary>
internal sealed class WatchCommand : OperatorCommand
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    private readonly Argument<string[]> _recipients = new("recipients")
    {
        Description = "Whose mailboxes to watch. Default: the first of the list.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<TimeSpan?> _interval = Parameters.Time("--interval", "The pause between two looks, 1 to 1d. Default: 2.");

    private readonly Option<int> _limit = Parameters.Number(
        "--limit", "The most mailboxes, if none is named.", value: 20, min: 1, max: 100);

    private readonly Option<int?> _times = Parameters.Limit("--times", "How often to look before it ends.");

    public WatchCommand()
        : base(
            "watch",
            "Show held polls, messages, dead letters and who waits, again and again until Ctrl-C.",
            "funccomet watch alice bob --interval 5")
    {
        Arguments.Add(_recipients);
        Options.Add(_interval);
        Options.Add(_limit);
        Options.Add(_times);
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var interval = parsed.GetValue(_interval) ?? DefaultInterval;
        if (interval < ShortestInterval || interval > LongestInterval)
        {
            throw new UsageException("--interval must be 1 second to 1 day.");
        }

        if (terminal.IsLive)
        {
            await terminal.LiveAsync(show => LookAsync(sample => show(Picture(sample))));
        }
        else
        {
            await LookAsync(sample => Print(terminal, sample));
        }

        return ExitCode.Done;

        async Task LookAsync(Action<WatchOutput> show)
        {
            for (var times = parsed.GetValue(_times) ?? int.MaxValue; ; times--)
            {
                var pause = interval;
                try
                {
                    show(await SampleAsync(app, parsed.GetValue(_recipients)!, parsed.GetValue(_limit), cancellationToken));
                }
                catch (FuncCometException ex) when (ex.IsTransient && times > 1)
                {
                    Terminal.WriteError(ex.Message);
                    pause = ex.RetryAfter > interval ? ex.RetryAfter.Value : interval;
                }

                if (times == 1)
                {
                    return;
                }

                await Task.Delay(pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static async Task<WatchOutput> SampleAsync(
        AppConnection app,
        string[] recipients,
        int limit,
        CancellationToken cancellationToken)
    {
        var about = await app.Administration.GetAboutAsync(cancellationToken);
        var (mailboxes, older) = recipients.Length > 0
            ? await CountAsync(app, recipients, cancellationToken)
            : await ListAsync(app.Administration, limit, cancellationToken);
        return new WatchOutput(
            Times.Json(TimeProvider.System.GetUtcNow()), PollsOutput.Of(about), mailboxes, OlderLetters.Json(older));
    }

    // One page is enough: both lists have the order of the recipients' hashes, and whoever has letters has a mailbox.
    private static async Task<(IReadOnlyList<MailboxOutput> Mailboxes, long Older)> ListAsync(
        FuncCometAdministration app,
        int limit,
        CancellationToken cancellationToken)
    {
        var letters = await app.ListDeadLetterRecipientsAsync(cancellationToken: cancellationToken);
        var counts = letters.Recipients.ToDictionary(one => one.Recipient, one => one.Letters, StringComparer.Ordinal);
        var mailboxes = await app.ListMailboxesAsync(withCounts: true, cancellationToken)
            .Take(limit)
            .Select(MailboxOutput.Of)
            .ToListAsync(cancellationToken);
        return ([.. mailboxes.Select(mailbox => mailbox with { DeadLetters = counts.GetValueOrDefault(mailbox.Rcpt) })], letters.Older);
    }

    private static async Task<(IReadOnlyList<MailboxOutput> Mailboxes, long Older)> CountAsync(
        AppConnection app,
        string[] recipients,
        CancellationToken cancellationToken)
    {
        var counted = await Task.WhenAll(recipients.Select(async recipient =>
        {
            var count = await app.Server.CountMailboxAsync(recipient, cancellationToken);
            var letters = await app.Administration.ListDeadLettersAsync(recipient, max: 1, cancellationToken: cancellationToken);
            return (
                Mailbox: new MailboxOutput(recipient, count.Messages, count.IsWaiting, Times.Json(count.LastSeen), letters.Count),
                letters.Older);
        }));
        return ([.. counted.Select(one => one.Mailbox)], counted.Max(one => one.Older));
    }

    private static void Print(Terminal terminal, WatchOutput sample)
    {
        if (terminal.IsJson)
        {
            Terminal.WriteJson(sample, OutputJson.Default.WatchOutput);
        }
        else
        {
            terminal.Write(Picture(sample));
        }
    }

    private static Rows Picture(WatchOutput sample) => new(
        new Text(
            $"{Times.TextOf(sample.Time)}, {Words.Of(sample.Polls.Held)} of {Words.Of(sample.Polls.Max)} polls held "
            + "by the instance that answered"),
        Terminal.TableOf(
            ["RECIPIENT", "MESSAGES", "DEAD LETTERS", "WAITING", "LAST SEEN"],
            sample.Mailboxes.Select(mailbox => (string[])
            [
                mailbox.Rcpt,
                Words.Of(mailbox.Messages),
                Words.Of(mailbox.DeadLetters),
                Words.Of(mailbox.Waiting),
                Times.TextOf(mailbox.LastSeen),
            ])));
}
