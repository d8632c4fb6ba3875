using System.Text;

namespace FuncComet.Client;

/// <summary>A message to push.</summary>
/// <param name="body">0 to 48,000 bytes of any values, delivered unchanged.</param>
public sealed class OutgoingMessage(ReadOnlyMemory<byte> body)
{
    /// <summary>Creates a message of text, encoded as UTF-8.</summary>
    public OutgoingMessage(string text)
        : this(Encoding.UTF8.GetBytes(text)) =>
        ContentType = "text/plain; charset=utf-8";

    /// <summary>The bytes of the body.</summary>
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>
    /// The content type, delivered with the message: 1 to 200 printable ASCII characters. Default: <c>text/plain; charset=utf-8</c> for
    /// text, else <c>application/octet-stream</c>.
    /// </summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>How long the message is kept if it is not delivered: whole seconds from 1 second to 30 days. Default: 7 days.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// How long delivery is delayed: whole seconds from 0 to 7 days, less than <see cref="TimeToLive"/>. Default: 0.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// The idempotency key, delivered with the message: 1 to 128 visible ASCII characters. Receivers drop a repeat by it, so that you can
    /// repeat a push whose answer was lost. Default: null, for a random key for each push, which all its attempts share.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// Whether to ask if the recipients are waiting for messages (<see cref="PushedCopy.IsWaiting"/>), for one more storage request a copy.
    /// Default: false.
    /// </summary>
    public bool AskPresence { get; init; }

    /// <summary>
    /// How often the push is tried at most: 1 or more. Default: 5. After a transient error
    /// (<see cref="FuncCometException.IsTransient"/>), the recipients whose copy may not be stored are tried again, once the time that the
    /// app's Retry-After asks for has passed. An attempt takes at most 100 seconds.
    /// </summary>
    public int Attempts { get; init; } = 5;
}
