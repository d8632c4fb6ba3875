using System.Diagnostics.CodeAnalysis;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>How an authority's claim becomes a recipient's name: the text before the claim's value, and the text after it.</summary>
internal sealed record RecipientFormat(string Prefix, string Suffix)
{
    /// <summary>The requirement, for error messages.</summary>
    public const string Rule = "must have {0} once, for the value of the claim, and no other braces.";

    private const string Value = "{0}";

    /// <summary>Reads a format; false if it breaks <see cref="Rule"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecipientFormat? format)
    {
        var parts = text.Split(Value);
        format = parts is [var prefix, var suffix] && !text.Replace(Value, "", StringComparison.Ordinal).AsSpan().ContainsAny('{', '}')
            ? new RecipientFormat(prefix, suffix)
            : null;
        return format is not null;
    }

    /// <summary>The recipient's name for a value of the claim.</summary>
    public string NameOf(string value) => Prefix + value + Suffix;

    /// <summary>Whether some value here and some value there have the same name.</summary>
    public bool CanMeet(RecipientFormat other) =>
        (Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) || other.Prefix.StartsWith(Prefix, StringComparison.Ordinal))
        && (Suffix.EndsWith(other.Suffix, StringComparison.Ordinal) || other.Suffix.EndsWith(Suffix, StringComparison.Ordinal));
}
