using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FuncComet.Messages;

/// <summary>A pushed message: bytes, their content type and, if the sender gave one, a key.</summary>
public sealed record Message
{
    /// <summary>The largest body, in bytes: with its envelope and in base64 it fits the 64 KiB of a queue message.</summary>
    public const int MaxBodyBytes = 48_000;

    /// <summary>The longest content type, in characters.</summary>
    public const int MaxContentTypeLength = 200;

    /// <summary>The longest key, in characters.</summary>
    public const int MaxKeyLength = 128;

    /// <summary>The content type of a message pushed without one.</summary>
    public const string DefaultContentType = "application/octet-stream";

    /// <summary>The shortest life, in seconds.</summary>
    public const int MinTtlSeconds = 1;

    /// <summary>The longest life: 30 days, in seconds.</summary>
    public const int MaxTtlSeconds = 2_592_000;

    /// <summary>The longest delay: 7 days, in seconds.</summary>
    public const int MaxDelaySeconds = 604_800;

    /// <summary>The life of a message pushed without a ttl: 7 days.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromDays(7);

    /// <summary>The app's own id, created before the first write and the same in every delivery: a UUID of version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was pushed, to the millisecond; part of the id.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>At most 200 printable ASCII characters.</summary>
    public required string ContentType { get; init; }

    /// <summary>
    /// The sender's key, by which a receiver can drop a repeat: 1 to 128 visible ASCII characters; null if there is none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>The W3C trace parent of its push, which links its delivery to the push in a trace; null if there is none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The body: 0 to 48,000 bytes.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A new message with an id of its own.</summary>
    public static Message Create(TimeProvider time, string contentType, string? key, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(time);
        return WithId(Guid.CreateVersion7(time.GetUtcNow()), contentType, key, body);
    }

    /// <summary>True for 1 to 200 printable ASCII characters.</summary>
    public static bool IsContentType(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= MaxContentTypeLength && !value.ContainsAnyExceptInRange(' ', '~');

    /// <summary>True for 1 to 128 visible ASCII characters.</summary>
    public static bool IsKey(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= MaxKeyLength && !value.ContainsAnyExceptInRange('!', '~');

    internal static Message WithId(Guid id, string contentType, string? key, ReadOnlyMemory<byte> body, string? traceParent = null) => new()
    {
        Id = id,
        Time = TimeOf(id),
        ContentType = contentType,
        Key = key,
        TraceParent = traceParent,
        Body = body,
    };

    /// <summary>The message of a queue message. What is unreadable counts as another program's, with its text as the body.</summary>
    internal static Message Of(string queueMessageId, DateTimeOffset? insertedOn, string text, QueueText read) =>
        read.Envelope?.Message ?? Foreign(queueMessageId, insertedOn ?? DateTimeOffset.UnixEpoch, read.Foreign ?? ForeignBody.Of(text));

    /// <summary>A message that another program put on the queue, with the id and the time that Storage gave it.</summary>
    internal static Message Foreign(string queueMessageId, DateTimeOffset time, ForeignBody body) => new()
    {
        Id = ForeignId(queueMessageId),
        Time = time,
        ContentType = body.ContentType,
        Body = body.Bytes,
    };

    /// <summary>The id of a message that another program put on the queue: Storage's.</summary>
    internal static Guid ForeignId(string queueMessageId) => Guid.TryParse(queueMessageId, out var id)
        ? id
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(queueMessageId)).AsSpan(0, 16));

    /// <summary>
    /// True if the id can be one of ours: a UUID of version 7, whose first 48 bits are a time that <see cref="DateTimeOffset"/> can hold
    /// (up to the year 9999).
    /// </summary>
    internal static bool IsId(Guid id) =>
        id is { Version: 7, Variant: >= 8 and <= 11 } && MillisecondsOf(id) <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static DateTimeOffset TimeOf(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(MillisecondsOf(id));

    // RFC 9562: the first 48 bits of a version 7 UUID are the Unix time in milliseconds.
    private static long MillisecondsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }
}
