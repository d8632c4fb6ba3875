using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FuncComet.Cli.Commands;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Parameters
{
    public static Argument<string> Recipient(string description) => new("recipient") { Description = description };

    public static Argument<string[]> Recipients(string description) =>
        new("recipients") { Description = description, Arity = ArgumentArity.OneOrMore };

    /// <summary>A time: whole seconds, or a whole number with s, m, h or d.</summary>
    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = $"{description} Seconds, or a number with s, m, h or d, as 90, 30m, 7d.",
        HelpName = "time",
        CustomParser = ParseTime,
    };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    public static Option<int> Number(string name, string description, int value, int min, int max) => new(name)
    {
        Description = $"{description} {min} to {max}.",
        DefaultValueFactory = _ => value,
        HelpName = "number",
        CustomParser = argument => ParseNumber(argument, name, min, max),
    };

    /// <summary>A number from 1; null if it is not given.</summary>
    public static Option<int?> Limit(string name, string description) => new(name)
    {
        Description = $"{description} Default: no limit.",
        HelpName = "number",
        CustomParser = argument => ParseNumber(argument, name, min: 1, int.MaxValue),
    };

    private static int ParseNumber(ArgumentResult argument, string name, int min, int max)
    {
        if (int.TryParse(argument.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max)
        {
            return number;
        }

        argument.AddError($"{name} must be a whole number from {min} to {max}.");
        return min;
    }

    private static TimeSpan? ParseTime(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        var unit = text.Length == 0 ? default : text[^1];
        var seconds = unit switch { 'd' => 86_400, 'h' => 3_600, 'm' => 60, _ => 1 };
        var digits = unit is 's' or 'm' or 'h' or 'd' ? text[..^1] : text;
        // A longer number of days is more than a TimeSpan has.
        if (digits.Length <= 7 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return TimeSpan.FromSeconds((long)number * seconds);
        }

        argument.AddError($"{((OptionResult)argument.Parent!).Option.Name} must be a time: seconds, or a number with s, m, h or d.");
        return null;
    }
}
