using System.ComponentModel.DataAnnotations;

namespace FuncComet;

/// <summary>
/// The range of a setting that is a time, both ends included. <see cref="AnnotatedOptions"/> puts the setting's name before the message.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeRangeAttribute : RangeAttribute
{
    private readonly string _message;

    /// <param name="minimum">The shortest time, as hh:mm:ss or hh:mm:ss.fff.</param>
    /// <param name="maximum">The longest time, in the same form.</param>
    public TimeRangeAttribute(string minimum, string maximum)
        : base(typeof(TimeSpan), minimum, maximum)
    {
        ParseLimitsInInvariantCulture = true;
        ConvertValueInInvariantCulture = true;

        // Minimum and Maximum are no longer these texts once the base class has parsed them.
        _message = $"must be from {minimum} to {maximum}.";
    }

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => _message;
}
