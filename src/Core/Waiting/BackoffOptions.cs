using System.ComponentModel.DataAnnotations;

namespace FuncComet.Waiting;

/// <summary>The pauses between two looks into an empty mailbox: <c>FuncComet__Backoff__…</c>.</summary>
public sealed class BackoffOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Backoff";

    /// <summary>The first pause: 50 milliseconds to 1 minute, as hh:mm:ss.fff. Default: 250 milliseconds.</summary>
    [TimeRange("00:00:00.050", "00:01:00")]
    public TimeSpan Initial { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The longest pause if no push at another instance wakes polls here. It is the default of <see cref="Maximum"/>
    /// without the doorbell.
    /// </summary>
    public static readonly TimeSpan MaxUnreachable = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest pause: 50 milliseconds to 5 minutes and not below <see cref="Initial"/>, as hh:mm:ss.fff. Default: 30 seconds, or 5
    /// seconds if <c>FuncComet__Doorbell__Enabled</c> is false.
    /// </summary>
    [TimeRange("00:00:00.050", "00:05:00")]
    public TimeSpan Maximum { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The largest share by which a pause is randomly shortened: 0 to 0.5. Default: 0.2. Without it, polls that began together would always
    /// look together.
    /// </summary>
    [NumberRange(0d, 0.5d)]
    public double Jitter { get; set; } = 0.2;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Maximum < Initial)
        {
            yield return new ValidationResult(
                $"FuncComet__Backoff__Maximum ({Maximum}) must not be below FuncComet__Backoff__Initial ({Initial}).");
        }
    }
}
