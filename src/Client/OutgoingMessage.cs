using System.Text;

namespace FuncComet.Client;

/// <summary>A message to push.</summary>
/// <param name="body">0 to 48,000 bytes, any bytes: what is pushed is what is read, bit for bit.</param>
public sealed class OutgoingMessage(ReadOnlyMemory<byte> body)
{
    /// <summary>A text, as UTF-8.</summary>
    public OutgoingMessage(string text)
        : this(Encoding.UTF8.GetBytes(text)) =>
        ContentType = "text/plain; charset=utf-8";

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>Carried to the receiver: at most 200 printable ASCII characters. Default: <c>text/plain; charset=utf-8</c> for a text, else <c>application/octet-stream</c>.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>After what time an undelivered message is dropped: whole seconds from 1 second to 30 days. Default: 7 days.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long the message is held back: whole seconds from 0 to 7 days, less than <see cref="TimeToLive"/>. Default: 0.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// The idempotency key: 1 to 128 visible ASCII characters, carried to the receiver, which drops a repeat by it. Give it one and a push whose answer did not come can be
    /// repeated safely.
    /// </summary>
    public string? Key { get; init; }
}
