using System.Diagnostics.CodeAnalysis;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// The token that acknowledges one delivery. It is opaque to clients (<see cref="MessageHandle"/>) and is valid only at
/// the mailbox of its recipient.
/// </summary>
public sealed class Receipt
{
    /// <summary>The maximum length, in characters.</summary>
    public const int MaxLength = MessageHandle.MaxLength;

    /// <summary>The maximum number of receipts in one request.</summary>
    public const int MaxCount = 32;

    /// <summary>The requirement, for error messages.</summary>
    public const string Rule = "a receipt from an answer to this recipient, at most 32 of them";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly MessageHandle _handle;

    private Receipt(string text, MessageHandle handle) => (Text, _handle) = (text, handle);

    /// <summary>The receipt as the client sees it.</summary>
    public string Text { get; }

    internal string QueueMessageId => _handle.QueueMessageId;

    internal string PopReceipt => _handle.PopReceipt;

    /// <summary>Reads a receipt that was issued for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = MessageHandle.TryParse(text, recipient, out var handle)
            && handle is { Kind: MessageHandleKind.Receipt or MessageHandleKind.TimedReceipt }
                ? new Receipt(text, handle.Value)
                : null;
        return receipt is not null;
    }

    /// <summary>
    /// Whether the message counts as gone although Storage refuses this receipt's pop receipt. Until the lease ends, only a deletion or
    /// whoever holds the message can have made the pop receipt invalid. After that, the message may have been received again, unless its
    /// life is over. Azure Storage gives the same answer for a message that is gone and for one that was received again.
    /// </summary>
    /// <param name="refusedAt">When Storage refused it, by Storage's clock, in whole seconds.</param>
    /// <param name="isThere">Whether Storage said that the message is still there, which not every storage does.</param>
    internal bool CountsAsGone(DateTimeOffset refusedAt, bool isThere) =>
        _handle.Times is var (leaseEnd, expires) ? refusedAt + Second < leaseEnd || refusedAt > expires : !isThere;

    /// <summary>The receipt of a delivery to <paramref name="recipient"/>.</summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="queueMessageId">Storage's id of the message.</param>
    /// <param name="popReceipt">Storage's pop receipt.</param>
    /// <param name="leaseEnd">When the message becomes visible again, by Storage's clock.</param>
    /// <param name="expires">When the message expires, by Storage's clock.</param>
    internal static Receipt For(
        Recipient recipient, string queueMessageId, string popReceipt, DateTimeOffset leaseEnd, DateTimeOffset expires)
    {
        var handle = new MessageHandle(MessageHandleKind.TimedReceipt, queueMessageId, popReceipt, (leaseEnd, expires));
        return new Receipt(handle.Encode(recipient), handle);
    }
}
