using System.CommandLine;

namespace FuncComet.Cli.Commands;

/// <summary>Whose dead letters a command is about: one recipient's or, with <c>--all</c>, everybody's.</summary>
internal sealed class LetterScope
{
    private readonly Argument<string?> _recipient = new("recipient")
    {
        Description = "Whose letters.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _all = new("--all") { Description = "The letters of all recipients." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_recipient);
        command.Options.Add(_all);
    }

    /// <returns>The recipient; null for all.</returns>
    /// <exception cref="UsageException">Neither is given, or both are.</exception>
    public string? Of(ParseResult parsed)
    {
        var recipient = parsed.GetValue(_recipient);
        return recipient is null == parsed.GetValue(_all) ? recipient : throw new UsageException("Give a recipient or --all, one of them.");
    }

    public static string TextOf(string? recipient) => recipient is null ? "all recipients" : recipient;
}
