using System.ComponentModel.DataAnnotations;
using FuncComet.Messages;

namespace FuncComet.Mailboxes;

/// <summary>The recipients' mailboxes: <c>FuncComet__Mailbox__…</c>.</summary>
public sealed class MailboxOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Mailbox";

    private const string QueuePrefixRule = "must be 1 to 10 of a-z and 0-9, beginning with a letter.";

    /// <summary>The prefix of the queues' names: 1 to 10 of a-z and 0-9, beginning with a letter. Default: <c>fc</c>.</summary>
    [Required(ErrorMessage = QueuePrefixRule)]
    [RegularExpression("^[a-z][a-z0-9]{0,9}$", ErrorMessage = QueuePrefixRule)]
    public string QueuePrefix { get; set; } = "fc";

    /// <summary>
    /// How long a message that a plain poll received stays hidden while the answer is written: whole seconds from 5 seconds to 1 hour,
    /// as hh:mm:ss. Default: 30 seconds. If the instance dies before it deletes the message, the message comes back after that time.
    /// </summary>
    [TimeRange("00:00:05", "01:00:00")]
    public TimeSpan PlainLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The most messages in a mailbox: 1 to 1,000,000. Default: 10,000. Each instance that pushes enforces it within 5 %.
    /// </summary>
    [NumberRange(1, 1_000_000)]
    public int MaxDepth { get; set; } = 10_000;

    /// <summary>
    /// How often a message is delivered in lease mode without an acknowledgement before it goes to the dead-letter queue: 1 to 1,000, or 0
    /// for no limit. Default: 10.
    /// </summary>
    [NumberRange(0, 1_000)]
    public int MaxDeliveries { get; set; } = 10;

    /// <summary>
    /// How the text of a message is read that another program put on the queue: <see cref="Messages.ForeignEncoding.None"/>,
    /// <see cref="Messages.ForeignEncoding.Base64"/> or <see cref="Messages.ForeignEncoding.Auto"/>. Default: Auto.
    /// </summary>
    [EnumDataType(typeof(ForeignEncoding), ErrorMessage = "must be None, Base64 or Auto.")]
    public ForeignEncoding ForeignEncoding { get; set; } = ForeignEncoding.Auto;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Storage drops the fraction. Another poll could then receive the message while this one may still write its answer.
        if (PlainLease.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return new ValidationResult($"FuncComet__Mailbox__PlainLease ({PlainLease}) must be whole seconds.");
        }
    }
}
