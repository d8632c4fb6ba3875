using System.Text;
using FuncComet.Client.Connection;

namespace FuncComet.Client;

/// <summary>A delivered message.</summary>
public sealed class CometMessage
{
    // Both are set while the caller's code runs: a lease is renewed beside it, and it may abandon a message from any thread.
    private volatile string? _receipt;
    private volatile bool _isAbandoned;

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

    /// <summary>
    /// The receipt that acknowledges this delivery; null in plain mode, which needs no acknowledgement. It changes when <see
    /// cref="FuncCometClient.ReadAllAsync"/> renews the message's lease; the receipt from before is worth nothing then.
    /// </summary>
    public string? Receipt
    {
        get => _receipt;
        init => _receipt = value;
    }

    /// <summary>The body read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Whether <see cref="Abandon"/> or <see cref="ReleaseAsync"/> was called.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Releases this message's lease; null if it has none.</summary>
    internal Func<CometMessage, TimeSpan, CancellationToken, Task>? Release { get; set; }

    /// <summary>
    /// Keeps the message from being acknowledged when the next one is asked for, so that it comes again when its lease ends. Use it when a
    /// handler fails and reading should go on.
    /// </summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>
    /// Abandons the message and gives it back, so that it comes again at once or after a time ("try again later"), to this reader or to
    /// another. It counts as a delivery. If the request fails, the message comes again when its lease ends, as after <see cref="Abandon"/>.
    /// Nothing happens if its lease is over already. Call it before the next message is asked for, or after the loop was left at this one.
    /// In a loop of your own, it only knows the receipt from the poll: after <see cref="FuncCometClient.RenewAsync"/>, release by the new
    /// receipt with <see cref="FuncCometClient.ReleaseAsync"/>.
    /// </summary>
    /// <param name="after">
    /// How long it stays hidden: whole seconds from 0 to 7 days, within what its <see cref="OutgoingMessage.TimeToLive"/> leaves. Default:
    /// 0, for at once.
    /// </param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time breaks its rule.</exception>
    /// <exception cref="InvalidOperationException">
    /// The message has no lease, because it was polled in plain mode, or the next message has been asked for.
    /// </exception>
    /// <exception cref="FuncCometException">The request was refused, failed or was not answered.</exception>
    public Task ReleaseAsync(TimeSpan after = default, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckReleaseTime(after);
        return Release is null
            ? throw new InvalidOperationException("The message has no lease that could be released.")
            : Release(this, after, cancellationToken);
    }

    /// <summary>Takes the receipt of a renewed lease.</summary>
    internal void Renew(string receipt) => _receipt = receipt;
}
