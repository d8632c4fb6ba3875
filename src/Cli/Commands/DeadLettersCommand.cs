using System.CommandLine;

namespace FuncComet.Cli.Commands;

internal sealed class DeadLettersCommand : Command, IHasExamples
{
    public DeadLettersCommand()
        : base("deadletters", "List dead letters, put them back into their mailboxes, or delete them.")
    {
        Subcommands.Add(new ListDeadLettersCommand());
        Subcommands.Add(new RedriveCommand());
        Subcommands.Add(new PurgeCommand());
    }

    public IReadOnlyList<string> Examples { get; } =
        ["funccomet deadletters list", "funccomet deadletters redrive alice", "funccomet deadletters purge alice"];
}
