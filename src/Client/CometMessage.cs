using System.Text;

namespace FuncComet.Client;

/// <summary>A delivered message.</summary>
public sealed class CometMessage
{
    /// <summary>The message's id, the same in every delivery.</summary>
    public required string Id { get; init; }

    /// <summary>When it was pushed.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How often it has been delivered, this time included.</summary>
    public long Deliveries { get; init; } = 1;

    /// <summary>The content type that it was pushed with.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>The bytes that were pushed.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The idempotency key that it was pushed with; null if it had none.</summary>
    public string? Key { get; init; }

    /// <summary>The receipt that acknowledges this delivery; null in plain mode, which needs no acknowledgement.</summary>
    public string? Receipt { get; init; }

    /// <summary>The body read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Whether <see cref="Abandon"/> was called.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>
    /// Keeps the message from being acknowledged when the next one is asked for, so that it comes again when its lease ends. Use it when a
    /// handler fails and reading should go on.
    /// </summary>
    public void Abandon() => IsAbandoned = true;
}
