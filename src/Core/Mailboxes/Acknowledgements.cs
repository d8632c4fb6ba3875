using FuncComet.Recipients;
using FuncComet.Telemetry;

namespace FuncComet.Mailboxes;

/// <summary>Applies the receipts of one request.</summary>
public sealed class Acknowledgements(MailboxFactory mailboxes, MessageLog messages)
{
    /// <summary>
    /// Applies all receipts at once. Returns those that came too late: their messages have been received again since, or
    /// may have been. Until the lease ends, applying a receipt twice has no further effect.
    /// </summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Recipient recipient, IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        if (receipts.Count == 0)
        {
            return [];
        }

        var mailbox = mailboxes.Open(recipient);
        var gone = await Task.WhenAll(receipts.Select(receipt => ApplyAsync(mailbox, receipt)));

        // An older receipt is not late if a newer receipt of the same message has just removed the message.
        var removed = receipts.Where((_, at) => gone[at]).Select(receipt => receipt.QueueMessageId).ToHashSet();
        return [.. receipts.Where(receipt => !removed.Contains(receipt.QueueMessageId)).Select(receipt => receipt.Text)];
    }

    // Logs each by itself: if Storage does not answer for one, the others are gone nevertheless.
    private async Task<bool> ApplyAsync(Mailbox mailbox, Receipt receipt)
    {
        var isGone = await mailbox.AcknowledgeAsync(receipt);
        if (isGone)
        {
            messages.Acknowledged(receipt.QueueMessageId, mailbox.QueueName);
        }

        return isGone;
    }
}
