using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// What acknowledges one delivery: opaque to clients, at most 120 characters of the base64url alphabet, and worth something at the mailbox
/// of its recipient only.
/// </summary>
/// <remarks>
/// The bytes: form (0: the pop receipt stands as it is; 1: it was base64 and stands decoded), 8 of a SHA-256 over recipient and the rest, 16 of
/// the queue message's id, the pop receipt. The hash is no secret; it tells a receipt of another mailbox, which Storage would
/// report as one whose message is gone, from one of this.
/// </remarks>
public sealed class Receipt
{
    /// <summary>The longest, in characters.</summary>
    public const int MaxLength = 120;

    /// <summary>The most that one request acknowledges.</summary>
    public const int MaxCount = 32;

    /// <summary>What a receipt must be, for error messages.</summary>
    public const string Rule = "a receipt from an answer to this recipient, at most 32 of them";

    private const int TagAt = 1;
    private const int IdAt = 9;
    private const int PopReceiptAt = 25;

    private Receipt(string text, string queueMessageId, string popReceipt)
    {
        Text = text;
        QueueMessageId = queueMessageId;
        PopReceipt = popReceipt;
    }

    /// <summary>As the client has it.</summary>
    public string Text { get; }

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>Reads a receipt that was given for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out Receipt? receipt)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(recipient);
        receipt = null;
        Span<byte> decoded = stackalloc byte[MaxLength];
        if (text.Length > MaxLength || Base64Url.DecodeFromChars(text, decoded, out _, out var length) != OperationStatus.Done || length <= PopReceiptAt)
        {
            return false;
        }

        var bytes = decoded[..length];
        if (bytes[0] > 1 || !Tag(bytes, recipient).AsSpan().SequenceEqual(bytes[TagAt..IdAt]) || Base64Url.EncodeToString(bytes) != text)
        {
            return false;
        }

        var id = new Guid(bytes[IdAt..PopReceiptAt], bigEndian: true);
        var pop = bytes[PopReceiptAt..];
        receipt = new Receipt(text, id.ToString(), bytes[0] == 1 ? Convert.ToBase64String(pop) : Encoding.Latin1.GetString(pop));
        return true;
    }

    /// <summary>The receipt of a delivery to <paramref name="recipient"/>.</summary>
    internal static Receipt For(Recipient recipient, string queueMessageId, string popReceipt)
    {
        var pop = new byte[popReceipt.Length];
        var isBase64 = Convert.TryFromBase64String(popReceipt, pop, out var length) && Convert.ToBase64String(pop.AsSpan(0, length)) == popReceipt;
        if (!isBase64)
        {
            length = Encoding.Latin1.GetBytes(popReceipt, pop);
        }

        var bytes = new byte[PopReceiptAt + length];
        bytes[0] = isBase64 ? (byte)1 : (byte)0;
        Guid.Parse(queueMessageId).TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        pop.AsSpan(0, length).CopyTo(bytes.AsSpan(PopReceiptAt));
        Tag(bytes, recipient).CopyTo(bytes.AsSpan(TagAt));
        var text = Base64Url.EncodeToString(bytes);
        return text.Length <= MaxLength
            ? new Receipt(text, queueMessageId, popReceipt)
            : throw new FormatException($"Storage's pop receipt is too long for a receipt: {popReceipt.Length} characters.");
    }

    // Over the form, what follows the tag, and the recipient's name; the latter last, where nothing can be shifted between the two.
    private static byte[] Tag(ReadOnlySpan<byte> bytes, Recipient recipient) =>
        SHA256.HashData([bytes[0], (byte)(bytes.Length - IdAt), .. bytes[IdAt..], .. Encoding.UTF8.GetBytes(recipient.Name)])[..(IdAt - TagAt)];
}
