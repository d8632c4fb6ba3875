using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// The token that acknowledges one delivery. It is opaque to clients, has at most 120 characters of the base64url
/// alphabet, and is valid only at the mailbox of its recipient.
/// </summary>
/// <remarks>
/// The bytes: form (0: the pop receipt as it is; 1: a base64 pop receipt, decoded), 8 bytes of a SHA-256 over the
/// recipient and the rest, 16 bytes of the queue message's id, the pop receipt. The hash is no secret. It rejects a
/// receipt of another mailbox, for which Storage would report that the message is gone.
/// </remarks>
public sealed class Receipt
{
    /// <summary>The maximum length, in characters.</summary>
    public const int MaxLength = 120;

    /// <summary>The maximum number of receipts in one request.</summary>
    public const int MaxCount = 32;

    /// <summary>The requirement, for error messages.</summary>
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

    /// <summary>The receipt as the client sees it.</summary>
    public string Text { get; }

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>Reads a receipt that was issued for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out Receipt? receipt)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(recipient);
        receipt = null;
        Span<byte> decoded = stackalloc byte[MaxLength];
        if (text.Length > MaxLength
            || Base64Url.DecodeFromChars(text, decoded, out _, out var length) != OperationStatus.Done
            || length <= PopReceiptAt)
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
        var isBase64 = Convert.TryFromBase64String(popReceipt, pop, out var length)
            && Convert.ToBase64String(pop.AsSpan(0, length)) == popReceipt;
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

    // Hashes the form, everything after the tag and its length, and the recipient's name. The length and the order keep
    // bytes from moving between the parts.
    private static byte[] Tag(ReadOnlySpan<byte> bytes, Recipient recipient)
    {
        byte[] tagged = [bytes[0], (byte)(bytes.Length - IdAt), .. bytes[IdAt..], .. Encoding.UTF8.GetBytes(recipient.Name)];
        return SHA256.HashData(tagged)[..(IdAt - TagAt)];
    }
}
