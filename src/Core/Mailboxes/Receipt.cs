using System.Buffers;
using System.Buffers.Binary;
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
/// The bytes: form, 8 bytes of a SHA-256 over the recipient and the rest, 16 bytes of the queue message's id, when the
/// lease ends and when the message expires (Unix seconds, 4 bytes each), the pop receipt. The hash is no secret. It
/// rejects a receipt of another mailbox, for which Storage would report that the message is gone.
/// The form says whether the pop receipt is base64, which is stored decoded, and whether the two times are there:
/// earlier versions issued receipts without them.
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
    private const int RestAt = 25;
    private const int LeaseEndAt = RestAt;
    private const int ExpiresAt = LeaseEndAt + sizeof(uint);
    private const int TimesLength = 2 * sizeof(uint);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Null in a receipt of an earlier version.
    private readonly (DateTimeOffset LeaseEnd, DateTimeOffset Expires)? _times;

    private Receipt(string text, string queueMessageId, string popReceipt, (DateTimeOffset LeaseEnd, DateTimeOffset Expires)? times)
    {
        Text = text;
        QueueMessageId = queueMessageId;
        PopReceipt = popReceipt;
        _times = times;
    }

    [Flags]
    private enum Form : byte
    {
        HasBase64PopReceipt = 1,
        HasTimes = 2,
    }

    /// <summary>The receipt as the client sees it.</summary>
    public string Text { get; }

    /// <summary>When the lease ends, by Storage's clock; null in a receipt of an earlier version, which does not say.</summary>
    public DateTimeOffset? LeaseEnd => _times?.LeaseEnd;

    internal string QueueMessageId { get; }

    internal string PopReceipt { get; }

    /// <summary>
    /// When the message expires, by Storage's clock; far in the future if it never does, and in a receipt of an earlier version, which does
    /// not say.
    /// </summary>
    internal DateTimeOffset Expires => _times?.Expires ?? DateTimeOffset.MaxValue;

    /// <summary>Reads a receipt that was issued for <paramref name="recipient"/>; false for anything else.</summary>
    public static bool TryParse(string text, Recipient recipient, [NotNullWhen(true)] out Receipt? receipt)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(recipient);
        receipt = null;
        Span<byte> decoded = stackalloc byte[MaxLength];
        if (text.Length > MaxLength
            || Base64Url.DecodeFromChars(text, decoded, out _, out var length) != OperationStatus.Done
            || length == 0)
        {
            return false;
        }

        var bytes = decoded[..length];
        var form = (Form)bytes[0];
        var popReceiptAt = form.HasFlag(Form.HasTimes) ? RestAt + TimesLength : RestAt;
        if (form > (Form.HasBase64PopReceipt | Form.HasTimes)
            || length <= popReceiptAt
            || !Tag(bytes, recipient).AsSpan().SequenceEqual(bytes[TagAt..IdAt])
            || Base64Url.EncodeToString(bytes) != text)
        {
            return false;
        }

        var id = new Guid(bytes[IdAt..RestAt], bigEndian: true);
        var pop = bytes[popReceiptAt..];
        receipt = new Receipt(
            text,
            id.ToString(),
            form.HasFlag(Form.HasBase64PopReceipt) ? Convert.ToBase64String(pop) : Encoding.Latin1.GetString(pop),
            form.HasFlag(Form.HasTimes) ? (ReadTime(bytes[LeaseEndAt..]), ReadTime(bytes[ExpiresAt..])) : null);
        return true;
    }

    /// <summary>
    /// Whether the message counts as gone although Storage refuses this receipt's pop receipt. Until the lease ends, only a deletion or
    /// whoever holds the message can have made the pop receipt invalid. After that, the message may have been received again, unless its
    /// life is over. Azure Storage gives the same answer for a message that is gone and for one that was received again.
    /// </summary>
    /// <param name="refusedAt">When Storage refused it, by Storage's clock, in whole seconds.</param>
    /// <param name="isThere">Whether Storage said that the message is still there, which not every storage does.</param>
    internal bool CountsAsGone(DateTimeOffset refusedAt, bool isThere) =>
        _times is var (leaseEnd, expires) ? refusedAt + Second < leaseEnd || refusedAt > expires : !isThere;

    /// <summary>The receipt of a delivery to <paramref name="recipient"/>.</summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="queueMessageId">Storage's id of the message.</param>
    /// <param name="popReceipt">Storage's pop receipt.</param>
    /// <param name="leaseEnd">When the message becomes visible again, by Storage's clock.</param>
    /// <param name="expires">When the message expires, by Storage's clock.</param>
    internal static Receipt For(
        Recipient recipient, string queueMessageId, string popReceipt, DateTimeOffset leaseEnd, DateTimeOffset expires)
    {
        var pop = new byte[popReceipt.Length];
        var isBase64 = Convert.TryFromBase64String(popReceipt, pop, out var length)
            && Convert.ToBase64String(pop.AsSpan(0, length)) == popReceipt;
        if (!isBase64)
        {
            length = Encoding.Latin1.GetBytes(popReceipt, pop);
        }

        var bytes = new byte[RestAt + TimesLength + length];
        bytes[0] = (byte)(isBase64 ? Form.HasTimes | Form.HasBase64PopReceipt : Form.HasTimes);
        Guid.Parse(queueMessageId).TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        WriteTime(bytes.AsSpan(LeaseEndAt), leaseEnd);
        WriteTime(bytes.AsSpan(ExpiresAt), expires);
        pop.AsSpan(0, length).CopyTo(bytes.AsSpan(RestAt + TimesLength));
        Tag(bytes, recipient).CopyTo(bytes.AsSpan(TagAt));
        var text = Base64Url.EncodeToString(bytes);
        return text.Length <= MaxLength
            ? new Receipt(text, queueMessageId, popReceipt, (leaseEnd, expires))
            : throw new FormatException($"Storage's pop receipt is too long for a receipt: {popReceipt.Length} characters.");
    }

    /// <summary>The receipt of the same delivery after its lease was changed. A lease ends with the message's life at the latest.</summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="popReceipt">Storage's new pop receipt.</param>
    /// <param name="leaseEnd">When the message becomes visible again, by Storage's clock.</param>
    internal Receipt Renew(Recipient recipient, string popReceipt, DateTimeOffset leaseEnd) =>
        For(recipient, QueueMessageId, popReceipt, leaseEnd < Expires ? leaseEnd : Expires, Expires);

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
