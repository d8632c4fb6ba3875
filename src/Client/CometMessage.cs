using System.Text;

namespace FuncComet.Client;

/// <summary>A message as it was delivered.</summary>
public sealed class CometMessage
{
    /// <summary>The same in every delivery.</summary>
    public required string Id { get; init; }

    /// <summary>When it was pushed.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How often it was handed out, this time included.</summary>
    public long Deliveries { get; init; } = 1;

    /// <summary>As it was pushed.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>The bytes that were pushed.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The idempotency key that it was pushed with, if any.</summary>
    public string? Key { get; init; }

    /// <summary>What acknowledges this delivery; null in plain mode, where nothing has to be acknowledged.</summary>
    public string? Receipt { get; init; }

    /// <summary>The body read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Whether <see cref="Abandon"/> was called.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>
    /// The message counts as not handled although the next one is asked for: it is not acknowledged, and comes again when its lease ends. For a handler's failure that should not end
    /// the reading.
    /// </summary>
    public void Abandon() => IsAbandoned = true;
}
