using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>
/// What Storage needs to change one message of a mailbox, as an opaque text that a client can keep: at most 120
/// characters of the base64url alphabet, valid only at the mailbox of its recipient.
/// </summary>
/// <remarks>
/// The bytes: form, 8 bytes of a SHA-256 over the recipient and the rest, 16 bytes of the queue message's id, in a timed
/// receipt the two times (Unix seconds, 4 bytes each), the pop receipt. The hash is no secret. It rejects the handle of
/// another mailbox, for which Storage would report that the message is gone. The form is the kind, plus 1 if the pop
/// receipt is base64, which is stored decoded.
/// </remarks>
/// <param name="Kind">What it is for.</param>
/// <param name="QueueMessageId">Storage's id of the message.</param>
/// <param name="PopReceipt">Storage's pop receipt.</param>
/// <param name="Times">
/// When the lease ends and when the message expires, by Storage's clock; only in a <see cref="MessageHandleKind.TimedReceipt"/>.
/// </param>
internal readonly record struct MessageHandle(
    MessageHandleKind Kind,
    string QueueMessageId,
    string PopReceipt,
    (DateTimeOffset LeaseEnd, DateTimeOffset Expires)? Times = null)
{
    /// <summary>The maximum length, in characters.</summary>
    public const int MaxLength = 120;

    private const byte Base64PopReceipt = 1;
    private const int TagAt = 1;
    private const int IdAt = 9;
    private const int RestAt = 25;
    private const int ExpiresAt = RestAt + sizeof(uint);
    private const int AfterTimes = ExpiresAt + sizeof(uint);

    /// <summary>Reads a handle that was issued for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out MessageHandle? handle)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(recipient);
        handle = null;
        Span<byte> decoded = stackalloc byte[MaxLength];
        if (text.Length > MaxLength
            || Base64Url.DecodeFromChars(text, decoded, out _, out var length) != OperationStatus.Done
            || length == 0)
        {
            return false;
        }

        var bytes = decoded[..length];
        var kind = (MessageHandleKind)(bytes[0] & ~Base64PopReceipt);
        var popReceiptAt = PopReceiptAt(kind);
        if (!Enum.IsDefined(kind)
            || length <= popReceiptAt
            || !Tag(bytes, recipient).AsSpan().SequenceEqual(bytes[TagAt..IdAt])
            || Base64Url.EncodeToString(bytes) != text)
        {
            return false;
        }

        var pop = bytes[popReceiptAt..];
        handle = new MessageHandle(
            kind,
            new Guid(bytes[IdAt..RestAt], bigEndian: true).ToString(),
            (bytes[0] & Base64PopReceipt) != 0 ? Convert.ToBase64String(pop) : Encoding.Latin1.GetString(pop),
            kind == MessageHandleKind.TimedReceipt ? (ReadTime(bytes[RestAt..]), ReadTime(bytes[ExpiresAt..])) : null);
        return true;
    }

    /// <summary>The text of this handle of <paramref name="recipient"/>'s mailbox.</summary>
    public string Encode(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        var pop = new byte[PopReceipt.Length];
        var isBase64 = Convert.TryFromBase64String(PopReceipt, pop, out var length)
            && Convert.ToBase64String(pop.AsSpan(0, length)) == PopReceipt;
        if (!isBase64)
        {
            length = Encoding.Latin1.GetBytes(PopReceipt, pop);
        }

        var popReceiptAt = PopReceiptAt(Kind);
        var bytes = new byte[popReceiptAt + length];
        bytes[0] = (byte)((byte)Kind | (isBase64 ? Base64PopReceipt : 0));
        Guid.Parse(QueueMessageId).TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        if (Times is var (leaseEnd, expires))
        {
            WriteTime(bytes.AsSpan(RestAt), leaseEnd);
            WriteTime(bytes.AsSpan(ExpiresAt), expires);
        }

        pop.AsSpan(0, length).CopyTo(bytes.AsSpan(popReceiptAt));
        Tag(bytes, recipient).CopyTo(bytes.AsSpan(TagAt));
        var text = Base64Url.EncodeToString(bytes);
        return text.Length <= MaxLength
            ? text
            : throw new FormatException($"Storage's pop receipt is too long for a handle: {PopReceipt.Length} characters.");
    }

    private static int PopReceiptAt(MessageHandleKind kind) => kind == MessageHandleKind.TimedReceipt ? AfterTimes : RestAt;

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> bytes) =>
        DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    // The largest value, in the year 2106, stands for never: a message of another program may have no end.
    private static void WriteTime(Span<byte> bytes, DateTimeOffset time) =>
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Math.Clamp(time.ToUnixTimeSeconds(), uint.MinValue, uint.MaxValue));

    // Hashes the form, everything after the tag and its length, and the recipient's name. The length and the order keep
    // bytes from moving between the parts.
    private static byte[] Tag(ReadOnlySpan<byte> bytes, Recipient recipient)
    {
        byte[] tagged = [bytes[0], (byte)(bytes.Length - IdAt), .. bytes[IdAt..], .. Encoding.UTF8.GetBytes(recipient.Name)];
        return SHA256.HashData(tagged)[..(IdAt - TagAt)];
    }
}

/// <summary>What a <see cref="MessageHandle"/> is for. The values are in texts that clients keep, and never change.</summary>
internal enum MessageHandleKind : byte
{
    /// <summary>Acknowledges a delivery. Earlier versions issued it, without times.</summary>
    Receipt = 0,

    /// <summary>Acknowledges a delivery.</summary>
    TimedReceipt = 2,

    /// <summary>Takes back a message that was never received.</summary>
    Recall = 4,
}
