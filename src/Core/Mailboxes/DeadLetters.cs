using Azure.Storage.Queues;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// The messages that are no longer delivered: one queue for each recipient, so that a recipient's letters are found without reading
/// those of others. Letters never expire. Each is readable JSON. If all of it does not fit into one queue message, the original text is
/// stored in a queue message of its own, which the JSON names.
/// </summary>
public sealed class DeadLetters(QueueServiceClient storage, IOptions<MailboxOptions> options, TimeProvider time)
{
    // Storage's limit is 65,536 bytes, and the JSON is ASCII.
    private const int MaxTextLength = 65_536;

    // Tells Storage that a message never expires.
    private static readonly TimeSpan NoExpiry = TimeSpan.FromSeconds(-1);

    /// <summary>The queue of a recipient's letters, whether or not it exists yet.</summary>
    public Mailbox Open(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new Mailbox(storage, recipient.DeadLetterQueueName(options.Value.QueuePrefix), recipient, time);
    }

    /// <summary>The one queue into which earlier versions wrote the letters of all recipients.</summary>
    public Mailbox OpenOlder() =>
        new(storage, $"{Recipient.DeadLetterQueuePrefix(options.Value.QueuePrefix)}letters", recipient: null, time);

    /// <summary>Why a received message must not be delivered; null if it may be.</summary>
    public string? ReasonFor(LeasedMessage message, bool leaseMode)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Unreadable is { } reason ? reason
            : leaseMode && options.Value.MaxDeliveries > 0 && message.Deliveries > options.Value.MaxDeliveries
                ? $"delivered {options.Value.MaxDeliveries} times without an acknowledgement"
            : null;
    }

    /// <summary>
    /// Moves a received message here. It is removed from its mailbox last: if an earlier step fails, it becomes visible
    /// there again, and at worst it is stored here twice.
    /// </summary>
    public async Task MoveAsync(Recipient recipient, Mailbox mailbox, LeasedMessage message, string reason)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(mailbox);
        ArgumentNullException.ThrowIfNull(message);
        await WriteAsync(Open(recipient), DeadLetter.Of(recipient.Name, message, reason, time.GetUtcNow()), message.QueueText);
        await mailbox.DeleteAsync(message, Mailbox.Deadline);
    }

    /// <summary>Writes a letter into a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="letter">The letter.</param>
    /// <param name="verbatim">The message's original text, for a letter that does not fit or has it in another queue message.</param>
    internal static async Task WriteAsync(Mailbox queue, DeadLetter letter, string verbatim)
    {
        var text = letter.Encode();
        if (letter.VerbatimIn is not null || text.Length > MaxTextLength)
        {
            var beside = await queue.SendAsync(verbatim, NoExpiry, TimeSpan.Zero, Mailbox.Deadline);
            text = (letter with { Base64 = null, Text = null, VerbatimIn = beside.QueueMessageId }).Encode();
        }

        await WriteAsync(queue, text);
    }

    /// <summary>Writes a letter into a queue, as the text that it was in another.</summary>
    internal static Task WriteAsync(Mailbox queue, string text) => queue.SendAsync(text, NoExpiry, TimeSpan.Zero, Mailbox.Deadline);
}
