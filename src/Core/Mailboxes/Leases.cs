using Azure;
using Azure.Storage.Queues.Models;

namespace FuncComet.Mailboxes;

/// <summary>Changes the leases of messages by the receipts of one request.</summary>
public sealed class Leases(TimeProvider time)
{
    // Storage counts whole seconds.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The shortest time that a message of these receipts has left to live, by this instance's clock; the greatest time if none of them
    /// is known to have an end. Messages whose life is over do not count.
    /// </summary>
    public TimeSpan ShortestLife(IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var now = time.GetUtcNow();
        return receipts
            .Select(receipt => receipt.Expires - now)
            .Where(left => left > TimeSpan.Zero)
            .DefaultIfEmpty(TimeSpan.MaxValue)
            .Min();
    }

    /// <summary>
    /// Hides the messages for <paramref name="hidden"/> (whole seconds) from now on; with zero they can be received at once. Changes all at
    /// the same time, each with its own outcome, in the order of the receipts. The messages' texts stay as they are, so the deliveries
    /// count.
    /// </summary>
    internal Task<LeaseChange[]> ChangeAsync(Mailbox mailbox, IReadOnlyList<Receipt> receipts, TimeSpan hidden) =>
        Task.WhenAll(receipts.Select(receipt => ChangeAsync(mailbox, receipt, hidden)));

    private async Task<LeaseChange> ChangeAsync(Mailbox mailbox, Receipt receipt, TimeSpan hidden)
    {
        try
        {
            return await StorageCall.RunAsync(
                "change the lease", Mailbox.Deadline, time, token => UpdateAsync(mailbox, receipt, hidden, isCut: false, token));
        }
        catch (StorageUnavailableException ex)
        {
            return new LeaseChange(receipt, LeaseOutcome.Failed) { Failure = ex };
        }
    }

    private async Task<LeaseChange> UpdateAsync(Mailbox mailbox, Receipt receipt, TimeSpan hidden, bool isCut, CancellationToken token)
    {
        try
        {
            // A request without a text leaves the message's text unchanged.
            var updated = await mailbox.Queue.UpdateMessageAsync(
                receipt.QueueMessageId, receipt.PopReceipt, messageText: null, hidden, token);
            return new LeaseChange(receipt, LeaseOutcome.Changed)
            {
                Renewed = receipt.Renew(mailbox.Recipient!, updated.Value.PopReceipt, updated.Value.NextVisibleOn),
            };
        }
        catch (RequestFailedException ex) when (ex.IsNoQueue()
            || ex.ErrorCode == QueueErrorCode.MessageNotFound
            || ex.ErrorCode == QueueErrorCode.PopReceiptMismatch)
        {
            return new LeaseChange(receipt, LeaseOutcome.Expired);
        }
        catch (RequestFailedException ex) when (ex.Status == 400)
        {
            // Azure Storage hides no message beyond its expiry. Its own clock, of which it tells the whole seconds, says what is left. A
            // receipt that a client made up is refused with 400 too, however short the time.
            var left = receipt.Expires - (ex.GetRawResponse()?.Headers.Date ?? time.GetUtcNow()) - Second;
            return !isCut && left >= Second && left < hidden
                ? await UpdateAsync(mailbox, receipt, TimeSpan.FromSeconds(Math.Floor(left.TotalSeconds)), isCut: true, token)
                : new LeaseChange(receipt, LeaseOutcome.Expired);
        }
    }
}
