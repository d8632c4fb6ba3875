using System.ComponentModel.DataAnnotations;

namespace FuncComet.Offline;

/// <summary>How the application learns of messages for recipients who do not poll: <c>FuncComet__Offline__…</c>.</summary>
public sealed class OfflineOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Offline";

    private const string QueueRule = "must be 3 to 63 of a-z, 0-9 and single hyphens, beginning and ending with a letter or digit.";

    /// <summary>
    /// The queue of the application, in the mailboxes' storage account, that gets a note about each message that nobody polls for: 3 to
    /// 63 of a-z, 0-9 and single hyphens, not beginning with the mailboxes' own prefix. Default: none, and then no notes are written.
    /// </summary>
    [RegularExpression("(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*", ErrorMessage = QueueRule)]
    public string? Queue { get; set; }

    /// <summary>
    /// How long a message waits until its note can be received: whole seconds from 1 second to 7 days, as hh:mm:ss. Default: 30 seconds.
    /// Of the notes about a recipient that one instance writes within 10 minutes, at most one becomes visible in each stretch of this time.
    /// </summary>
    [TimeRange("00:00:01", "7.00:00:00")]
    public TimeSpan After { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How the note's text is written: <see cref="NoteEncoding.Base64"/>, which queue-triggered functions expect by default, or
    /// <see cref="NoteEncoding.None"/>. Default: Base64.
    /// </summary>
    [EnumDataType(typeof(NoteEncoding), ErrorMessage = "must be Base64 or None.")]
    public NoteEncoding Encoding { get; set; } = NoteEncoding.Base64;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Storage drops the fraction, so a recipient would be called before the time that was set.
        if (After.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return new ValidationResult($"FuncComet__Offline__After ({After}) must be whole seconds.");
        }
    }
}
