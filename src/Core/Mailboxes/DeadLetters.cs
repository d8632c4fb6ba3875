using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Queues;
using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Mailboxes;

/// <summary>
/// The queue of messages that are no longer delivered. Its messages never expire. Each is readable JSON with the
/// recipient, the times, the reason and the body. If that does not fit into one queue message, the original text is
/// stored in a queue message of its own, which the JSON names.
/// </summary>
public sealed class DeadLetters(QueueServiceClient storage, IOptions<MailboxOptions> options, TimeProvider time)
{
    // Storage's limit is 65,536 bytes, and the JSON is ASCII.
    private const int MaxTextLength = 65_536;

    // Tells Storage that a message never expires.
    private static readonly TimeSpan NoExpiry = TimeSpan.FromSeconds(-1);

    /// <summary>The queue's name.</summary>
    public string QueueName => $"{options.Value.QueuePrefix}-dead-letters";

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
        var queue = new Mailbox(storage, QueueName, recipient: null, time);
        var letter = new DeadLetter(
            recipient.Name,
            message.Message.Id.ToString("N"),
            message.Message.Time,
            time.GetUtcNow(),
            message.Deliveries - 1,
            reason,
            message.Unreadable is null ? message.Message.ContentType : null,
            message.Message.Key,
            Convert.ToBase64String(message.Message.Body.Span),
            VerbatimIn: null);
        var text = JsonSerializer.Serialize(letter, DeadLetterJson.Default.DeadLetter);
        if (text.Length > MaxTextLength)
        {
            var verbatim = await queue.SendAsync(message.QueueText, NoExpiry, TimeSpan.Zero, Mailbox.Deadline);
            var withoutBody = letter with { Base64 = null, VerbatimIn = verbatim.QueueMessageId };
            text = JsonSerializer.Serialize(withoutBody, DeadLetterJson.Default.DeadLetter);
        }

        await queue.SendAsync(text, NoExpiry, TimeSpan.Zero, Mailbox.Deadline);
        await mailbox.DeleteAsync(message, Mailbox.Deadline);
    }
}

/// <param name="Rcpt">The recipient.</param>
/// <param name="Id">The message's id, as in its deliveries.</param>
/// <param name="Time">When it was pushed.</param>
/// <param name="DeadLettered">When it was moved.</param>
/// <param name="Deliveries">How often it had been delivered.</param>
/// <param name="Reason">Why it is no longer delivered.</param>
/// <param name="ContentType">Its content type, if that could be read.</param>
/// <param name="Key">Its key, if it had one.</param>
/// <param name="Base64">Its body.</param>
/// <param name="VerbatimIn">In place of the body: the id of the queue message that holds the original text.</param>
internal sealed record DeadLetter(
    string Rcpt,
    string Id,
    DateTimeOffset Time,
    DateTimeOffset DeadLettered,
    long Deliveries,
    string Reason,
    string? ContentType,
    string? Key,
    string? Base64,
    string? VerbatimIn);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLetter))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
