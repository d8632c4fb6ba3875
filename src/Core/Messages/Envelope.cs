using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FuncComet.Messages;

/// <summary>
/// The text of a queue message: base64 of a header and the body. The fields of the header, with big-endian numbers:
/// <list type="table">
/// <item><term>3 bytes</term><description>mark and version; chosen so that the text begins with "FCv1"</description></item>
/// <item><term>16 bytes</term><description>the message's id</description></item>
/// <item><term>4 bytes</term><description>handed over: deliveries that Storage has not counted</description></item>
/// <item><term>4 bytes</term><description>returned: deliveries that Storage counted but that reached no client</description></item>
/// <item><term>1 byte, then as many</term><description>content type</description></item>
/// <item><term>1 byte, then as many</term><description>key, empty for none</description></item>
/// <item><term>1 byte, then as many</term><description>W3C trace parent, empty for none</description></item>
/// </list>
/// The header is at most 413 bytes, so a body of 48,000 bytes always fits a queue message: its 64 KiB hold 49,152 bytes.
/// </summary>
internal sealed record Envelope(Message Message, uint HandedOver = 0, uint Returned = 0)
{
    private const int IdAt = 3;
    private const int CountersAt = 19;
    private const int StringsAt = 27;

    /// <summary>How the text of every version begins. A digit follows.</summary>
    public static ReadOnlySpan<byte> Mark => "FCv"u8;

    private static ReadOnlySpan<byte> MarkAndVersion => [0x14, 0x2B, 0xF5];

    /// <summary>The text to put on the queue.</summary>
    public string Encode()
    {
        var key = Message.Key ?? "";
        var traceParent = Message.TraceParent ?? "";
        var length = StringsAt + 1 + Message.ContentType.Length + 1 + key.Length + 1 + traceParent.Length + Message.Body.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var bytes = buffer.AsSpan(0, length);
            MarkAndVersion.CopyTo(bytes);
            Message.Id.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[CountersAt..], HandedOver);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(CountersAt + 4)..], Returned);
            var rest = Write(bytes[StringsAt..], Message.ContentType);
            rest = Write(rest, key);
            rest = Write(rest, traceParent);
            Message.Body.Span.CopyTo(rest);
            return Convert.ToBase64String(bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// True for base64 of what can be an envelope of some version: a mark, a digit and, where the id stands, a UUID of version 7. Other
    /// programs' texts begin with the mark too.
    /// </summary>
    public static bool IsOfSomeVersion(string text)
    {
        if (!text.StartsWith("FCv", StringComparison.Ordinal) || text.Length == 3 || !char.IsAsciiDigit(text[3]))
        {
            return false;
        }

        var bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && length >= CountersAt
            && Message.IsId(new Guid(bytes.AsSpan(IdAt..CountersAt), bigEndian: true));
    }

    /// <summary>Reads the text of a queue message; false if it is no envelope of this version.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out Envelope? envelope)
    {
        envelope = null;
        if (!text.StartsWith("FCv1", StringComparison.Ordinal))
        {
            return false;
        }

        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length < StringsAt)
        {
            return false;
        }

        var id = new Guid(bytes.AsSpan(IdAt..CountersAt), bigEndian: true);
        var rest = bytes.AsMemory(StringsAt, length - StringsAt);
        if (!Message.IsId(id)
            || !TryRead(ref rest, out var contentType) || !Message.IsContentType(contentType)
            || !TryRead(ref rest, out var key) || (key.Length > 0 && !Message.IsKey(key))
            || !TryRead(ref rest, out var traceParent)
            || rest.Length > Message.MaxBodyBytes)
        {
            return false;
        }

        envelope = new Envelope(
            Message.WithId(id, contentType, key.Length > 0 ? key : null, rest, traceParent.Length > 0 ? traceParent : null),
            HandedOver: BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(CountersAt)),
            Returned: BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(CountersAt + 4)));
        return true;
    }

    private static Span<byte> Write(Span<byte> target, string ascii)
    {
        target[0] = checked((byte)ascii.Length);
        Encoding.ASCII.GetBytes(ascii, target[1..]);
        return target[(1 + ascii.Length)..];
    }

    private static bool TryRead(ref Memory<byte> source, out string ascii)
    {
        ascii = "";
        if (source.Length == 0 || source.Length - 1 < source.Span[0])
        {
            return false;
        }

        var length = source.Span[0];
        ascii = Encoding.Latin1.GetString(source.Span.Slice(1, length));
        source = source[(1 + length)..];
        return true;
    }
}
