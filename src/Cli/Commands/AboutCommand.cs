using System.CommandLine;
using FuncComet.Cli.Connection;
using FuncComet.Cli.Output;
using Spectre.Console;

namespace FuncComet.Cli.Commands;

internal sealed class AboutCommand : OperatorCommand
{
    public AboutCommand()
        : base("about", "Tell which version serves, and how full the instance is that answers.", "funccomet about")
    {
    }

    protected override async Task<int> RunAsync(
        ParseResult parsed,
        AppConnection app,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var about = await app.Administration.GetAboutAsync(cancellationToken);
        if (terminal.IsJson)
        {
            Terminal.WriteJson(
                new AboutOutput(
                    about.Version,
                    about.Commit,
                    about.Instance,
                    Times.Json(about.Started),
                    PollsOutput.Of(about),
                    new StorageOutput(about.StorageAnswers)),
                OutputJson.Default.AboutOutput);
            return ExitCode.Done;
        }

        (string Name, string Value)[] rows =
        [
            ("Version", about.Version),
            ("Commit", about.Commit ?? "unknown"),
            ("Instance", about.Instance),
            ("Started", Times.Text(about.Started)),
            ("Polls held", $"{Words.Of(about.HeldPolls)} of {Words.Of(about.MaxHeldPolls)}"),
            ("Polls per recipient", $"at most {Words.Of(about.MaxHeldPollsPerRecipient)}"),
            ("Storage", about.StorageAnswers ? "answers" : "does not answer"),
        ];
        terminal.Write(Terminal.TableOf(["", ""], rows.Select(row => (string[])[row.Name, row.Value])).HideHeaders());
        return ExitCode.Done;
    }
}
