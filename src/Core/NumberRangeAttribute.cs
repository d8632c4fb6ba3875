using System.ComponentModel.DataAnnotations;

namespace FuncComet;

/// <summary>
/// The range of a setting that is a number, both ends included unless <see cref="RangeAttribute.MinimumIsExclusive"/> is set.
/// <see cref="AnnotatedOptions"/> puts the setting's name before the message.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberRangeAttribute : RangeAttribute
{
    /// <inheritdoc/>
    public NumberRangeAttribute(int minimum, int maximum)
        : base(minimum, maximum)
    {
    }

    /// <inheritdoc/>
    public NumberRangeAttribute(double minimum, double maximum)
        : base(minimum, maximum)
    {
    }

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => MinimumIsExclusive
        ? FormattableString.Invariant($"must be more than {Minimum}, up to {Maximum}.")
        : FormattableString.Invariant($"must be from {Minimum} to {Maximum}.");
}
