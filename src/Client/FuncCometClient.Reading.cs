using FuncComet.Client.Connection;

namespace FuncComet.Client;

// Reading: what a recipient's device does.
public sealed partial class FuncCometClient
{
    /// <summary>
    /// Reads the recipient's messages as they arrive, each at least once and, while nothing fails, in order. The sequence has no end:
    /// after a transient error, reading pauses and goes on.
    /// </summary>
    /// <remarks>
    /// Asking for the next message acknowledges the one before. If you leave the loop by <c>break</c>, an exception or a cancellation
    /// inside it, the current message is not acknowledged and comes again when its lease ends. The same holds for an abandoned message
    /// (<see cref="CometMessage.Abandon"/>). A handled message that comes again is dropped, by its id or its key, while this client
    /// remembers it (<see cref="FuncCometClientOptions.RememberedMessages"/>). While your code works, leases are renewed for up to <see
    /// cref="FuncCometClientOptions.RenewFor"/>, so that no other reader is given the messages meanwhile.
    /// </remarks>
    /// <exception cref="ArgumentException">The recipient breaks its rule.</exception>
    /// <exception cref="FuncCometException">
    /// The error is not transient: the request is malformed, or the recipient has no token that opens the mailbox. A 403 or 404 after a
    /// successful poll may pass, as when an app restarts, and is thrown only if it lasts for 2 minutes.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        return _reader.ReadAllAsync(recipient, cancellationToken);
    }

    /// <summary>
    /// Polls once, for callers that write their own loop. It does not retry. Receipts that do not fit in a query of 4,000 bytes are
    /// acknowledged by a request of their own before the poll.
    /// </summary>
    /// <returns>The messages; none if the timeout ended first.</returns>
    /// <exception cref="ArgumentException">The recipient or a property of the request breaks its rule.</exception>
    public async Task<IReadOnlyList<CometMessage>> PollAsync(
        string recipient,
        PollRequest request,
        CancellationToken cancellationToken = default)
    {
        ProtocolRules.CheckRecipient(recipient);
        ArgumentNullException.ThrowIfNull(request);
        ProtocolRules.CheckPoll(request);
        var messages = (await _mailbox.PollAsync(recipient, request, cancellationToken).ConfigureAwait(false)).Messages;
        foreach (var message in messages.Where(message => message.Receipt is not null))
        {
            message.Release = (released, after, end) =>
            {
                released.Abandon();
                return _leases.ReleaseAsync(recipient, [released.Receipt!], after, end);
            };
        }

        return messages;
    }

    /// <summary>
    /// Acknowledges 1 to 32 leased messages. A message that no longer exists counts as acknowledged. Receipts that do not fit in a query of
    /// 4,000 bytes go in a second request.
    /// </summary>
    /// <exception cref="ArgumentException">The recipient or a receipt breaks its rule.</exception>
    /// <exception cref="FuncCometException">With the code <c>receipt-expired</c>: some receipts have expired because their messages were
    /// delivered again; the others are acknowledged.
    /// </exception>
    public async Task AcknowledgeAsync(string recipient, IEnumerable<string> receipts, CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        await _mailbox.AcknowledgeAsync(recipient, distinct, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Renews the leases of 1 to 32 messages, for callers that write their own loop. Receipts that do not fit in a query of 4,000 bytes go
    /// in a second request. It does not retry. Do not acknowledge the messages before it returns.
    /// </summary>
    /// <param name="recipient">Whose messages they are.</param>
    /// <param name="receipts">The receipts, which are worth nothing once they are renewed.</param>
    /// <param name="lease">How long the new leases last, counted from now: whole seconds from 5 seconds to 1 hour.</param>
    /// <param name="cancellationToken">
    /// Cancels the renewal. If you cancel, the new receipts are lost, also those of a first request that was answered.
    /// </param>
    /// <returns>The new receipts, and the receipts whose lease was over.</returns>
    /// <exception cref="ArgumentException">The recipient, a receipt or the time breaks its rule.</exception>
    /// <exception cref="LeaseFailedException">Some or all leases may not be renewed. It has the new receipts of the others.</exception>
    public async Task<LeaseRenewal> RenewAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan lease,
        CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        ProtocolRules.CheckLease(lease);
        return await _leases.RenewAsync(recipient, distinct, lease, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives 1 to 32 messages back before their leases end, for callers that write their own loop. See <see
    /// cref="CometMessage.ReleaseAsync"/>.
    /// </summary>
    /// <param name="recipient">Whose messages they are.</param>
    /// <param name="receipts">The receipts, which are worth nothing once they are released.</param>
    /// <param name="after">How long the messages stay hidden: whole seconds from 0 to 7 days. Default: 0, for at once.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The receipts whose lease was over: their messages are gone, back already, or with another reader.</returns>
    /// <exception cref="ArgumentException">The recipient, a receipt or the time breaks its rule.</exception>
    /// <exception cref="LeaseFailedException">
    /// Some or all messages may not be given back. They come again when their leases end.
    /// </exception>
    public async Task<IReadOnlyList<string>> ReleaseAsync(
        string recipient,
        IEnumerable<string> receipts,
        TimeSpan after = default,
        CancellationToken cancellationToken = default)
    {
        var distinct = CheckedReceipts(recipient, receipts);
        ProtocolRules.CheckReleaseTime(after);
        return await _leases.ReleaseAsync(recipient, distinct, after, cancellationToken).ConfigureAwait(false);
    }

    private static List<string> CheckedReceipts(string recipient, IEnumerable<string> receipts)
    {
        ProtocolRules.CheckRecipient(recipient);
        ArgumentNullException.ThrowIfNull(receipts);
        var distinct = receipts.Distinct(StringComparer.Ordinal).ToList();
        ProtocolRules.CheckReceipts(distinct, min: 1, nameof(receipts));
        return distinct;
    }
}
