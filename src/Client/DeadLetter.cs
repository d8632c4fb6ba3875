namespace FuncComet.Client;

/// <summary>A message that was delivered too often without an acknowledgement, or that cannot be read.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Reason">Why it is a dead letter.</param>
/// <param name="Deliveries">How often it was delivered.</param>
public sealed record DeadLetter(string Id, string Reason, long Deliveries)
{
    /// <summary>When it was pushed; null if the letter does not tell.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>When it left its mailbox; null if the letter does not tell.</summary>
    public DateTimeOffset? DeadLettered { get; init; }

    /// <summary>The content type that it was pushed with; null if it could not be read.</summary>
    public string? ContentType { get; init; }

    /// <summary>The idempotency key that it was pushed with; null if it had none.</summary>
    public string? Key { get; init; }

    /// <summary>The number of bytes of the body; null if the letter does not tell.</summary>
    public long? Size { get; init; }

    /// <summary>The body; null if bodies were not asked for, or if the letter does not have it.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }
}
