using FuncComet.Recipients;

namespace FuncComet.Mailboxes;

/// <summary>Applies the receipts of one request.</summary>
public sealed class Acknowledgements(MailboxFactory mailboxes)
{
    /// <summary>
    /// Acknowledges all, at a time, and returns those that came too late: their messages have been delivered again since. To apply receipts
    /// again changes nothing.
    /// </summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Recipient recipient, IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        if (receipts.Count == 0)
        {
            return [];
        }

        var mailbox = mailboxes.Open(recipient);
        var gone = await Task.WhenAll(receipts.Select(mailbox.AcknowledgeAsync));

        // An older receipt of a message that a newer one has just removed is not late: the message is gone.
        var removed = receipts.Where((_, at) => gone[at]).Select(receipt => receipt.QueueMessageId).ToHashSet();
        return [.. receipts.Where(receipt => !removed.Contains(receipt.QueueMessageId)).Select(receipt => receipt.Text)];
    }
}
