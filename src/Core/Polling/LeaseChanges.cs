using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Logging;

namespace FuncComet.Polling;

/// <summary>
/// Renews the leases of messages that a client still handles, or releases messages that it will not handle, and lets waiting polls know
/// when the messages are back.
/// </summary>
/// <remarks>
/// Polls are told whatever Storage answers. The storage client tries twice, so Storage also refuses a receipt if it has carried out the
/// first try and only the answer was lost. A needless call costs one look.
/// </remarks>
public sealed partial class LeaseChanges(
    MailboxFactory mailboxes,
    Leases leases,
    Ringer ringer,
    LeaseNotes notes,
    UnsettledWork work,
    FuncCometMetrics metrics,
    MessageLog messages,
    ILogger<LeaseChanges> logger)
{
    /// <summary>
    /// Lets the leases of all receipts end <paramref name="lease"/> (whole seconds, above zero) from now, or when the message expires.
    /// Returns each receipt's outcome, in their order.
    /// </summary>
    public async Task<LeaseChange[]> RenewAsync(Recipient recipient, IReadOnlyList<Receipt> receipts, TimeSpan lease)
    {
        using var unsettled = work.Begin();
        var mailbox = mailboxes.Open(recipient);
        var changes = await ChangeAsync(recipient, mailbox, receipts, lease);
        notes.Hidden(recipient, lease);
        metrics.LeasesRenewed(ChangedOf(changes).Count());
        foreach (var receipt in ChangedOf(changes))
        {
            messages.Renewed(receipt.QueueMessageId, mailbox.QueueName, lease);
        }

        return changes;
    }

    /// <summary>
    /// Ends the leases of all receipts: their messages can be received again at once or, if <paramref name="after"/> (whole seconds) is
    /// above zero, when that time has passed. Returns each receipt's outcome, in their order.
    /// </summary>
    public async Task<LeaseChange[]> ReleaseAsync(Recipient recipient, IReadOnlyList<Receipt> receipts, TimeSpan after)
    {
        using var unsettled = work.Begin();
        var mailbox = mailboxes.Open(recipient);
        var changes = await ChangeAsync(recipient, mailbox, receipts, after);
        if (after == TimeSpan.Zero)
        {
            ringer.Ring(recipient, mailbox);
        }
        else
        {
            notes.Hidden(recipient, after);
        }

        metrics.LeasesReleased(ChangedOf(changes).Count());
        foreach (var receipt in ChangedOf(changes))
        {
            messages.Released(receipt.QueueMessageId, mailbox.QueueName, after);
        }

        return changes;
    }

    private async Task<LeaseChange[]> ChangeAsync(Recipient recipient, Mailbox mailbox, IReadOnlyList<Receipt> receipts, TimeSpan hidden)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        ArgumentNullException.ThrowIfNull(receipts);
        var changes = await leases.ChangeAsync(mailbox, receipts, hidden);
        foreach (var failed in changes.Where(change => change.Failure is not null))
        {
            Log.StorageFailed(logger, mailbox.QueueName, failed.Failure!.Message);
        }

        return changes;
    }

    private static IEnumerable<Receipt> ChangedOf(LeaseChange[] changes) =>
        changes.Where(change => change.Outcome == LeaseOutcome.Changed).Select(change => change.Receipt);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A lease of {Queue} may not have been changed: {Reason}")]
        public static partial void StorageFailed(ILogger logger, string queue, string reason);
    }
}
