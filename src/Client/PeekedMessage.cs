namespace FuncComet.Client;

/// <summary>A message that waits in a mailbox, as <see cref="FuncCometAdministration.PeekMessagesAsync"/> shows it.</summary>
/// <param name="Id">The message's id; the storage's own id if it is not of FuncComet's own form.</param>
/// <param name="Time">When it was pushed.</param>
/// <param name="Deliveries">How often it has been delivered so far; 0 if never.</param>
/// <param name="Size">The number of bytes of the body.</param>
public sealed record PeekedMessage(string Id, DateTimeOffset Time, long Deliveries, long Size)
{
    /// <summary>The content type that it will be delivered with; null if it cannot be read.</summary>
    public string? ContentType { get; init; }

    /// <summary>The idempotency key that it was pushed with; null if it had none.</summary>
    public string? Key { get; init; }

    /// <summary>When it is deleted if it has not been delivered; null if the storage did not tell.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether another program has put it on the queue.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Why it cannot be delivered and will become a dead letter; null if it can be read.</summary>
    public string? Unreadable { get; init; }

    /// <summary>The body; null if bodies were not asked for.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }
}
