using System.Diagnostics.CodeAnalysis;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// The token that takes back one message until it is first received. It is opaque to senders
/// (<see cref="MessageHandle"/>), is valid only at the mailbox of its recipient, and is no <see cref="Receipt"/>.
/// </summary>
public sealed class RecallHandle
{
    /// <summary>The maximum number of handles in one request.</summary>
    public const int MaxCount = 32;

    /// <summary>The requirement, for error messages.</summary>
    public const string Rule = "a recall handle from the answer to a push to this recipient, at most 32 of them";

    private readonly MessageHandle _handle;

    private RecallHandle(string text, MessageHandle handle) => (Text, _handle) = (text, handle);

    /// <summary>The handle as the sender sees it.</summary>
    public string Text { get; }

    internal string QueueMessageId => _handle.QueueMessageId;

    internal string PopReceipt => _handle.PopReceipt;

    /// <summary>Reads a handle that was issued for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out RecallHandle? recall)
    {
        recall = MessageHandle.TryParse(text, recipient, out var handle) && handle is { Kind: MessageHandleKind.Recall }
            ? new RecallHandle(text, handle.Value)
            : null;
        return recall is not null;
    }

    /// <summary>The handle of a message that was stored for <paramref name="recipient"/> and that no poll has received.</summary>
    internal static RecallHandle For(Recipient recipient, string queueMessageId, string popReceipt)
    {
        var handle = new MessageHandle(MessageHandleKind.Recall, queueMessageId, popReceipt);
        return new RecallHandle(handle.Encode(recipient), handle);
    }
}
