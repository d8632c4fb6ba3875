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
        return [.. receipts.Where((_, at) => !gone[at]).Select(receipt => receipt.Text)];
    }
}
