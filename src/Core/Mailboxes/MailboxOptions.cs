using System.ComponentModel.DataAnnotations;

namespace FuncComet.Mailboxes;

/// <summary>How mailboxes are kept: <c>FuncComet__Mailbox__…</c>.</summary>
public sealed class MailboxOptions : IValidatableObject
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Mailbox";

    private const string QueuePrefixRule = "must be 1 to 10 of a-z and 0-9, beginning with a letter.";

    /// <summary>What the names of the queues begin with: 1 to 10 of a-z, 0-9, beginning with a letter. Default: <c>fc</c>.</summary>
    [Required(ErrorMessage = QueuePrefixRule)]
    [RegularExpression("^[a-z][a-z0-9]{0,9}$", ErrorMessage = QueuePrefixRule)]
    public string QueuePrefix { get; set; } = "fc";

    /// <summary>
    /// How long a message that a plain poll received stays hidden while its answer is written: whole seconds from 5 seconds to 1 hour,
    /// as hh:mm:ss. Default: 30 seconds. It comes back after that time where the instance dies before the message is deleted.
    /// </summary>
    [TimeRange("00:00:05", "01:00:00")]
    public TimeSpan PlainLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many messages may wait in a mailbox: 1 to 1,000,000. Default: 10,000. Enforced within 5 % by each instance that pushes.</summary>
    [NumberRange(1, 1_000_000)]
    public int MaxDepth { get; set; } = 10_000;

    /// <summary>
    /// How often a message is delivered in lease mode before it goes to the dead-letter queue for want of an acknowledgement: 1 to 1,000, or 0 for
    /// as often as it takes. Default: 10.
    /// </summary>
    [NumberRange(0, 1_000)]
    public int MaxDeliveries { get; set; } = 10;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Storage cuts a fraction off, and the message would be somebody else's while its answer may still be written.
        if (PlainLease.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return new ValidationResult($"FuncComet__Mailbox__PlainLease ({PlainLease}) must be whole seconds.");
        }
    }
}
