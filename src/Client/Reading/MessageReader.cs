using System.Runtime.CompilerServices;
using FuncComet.Client.Connection;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Reads a recipient's messages at least once. A message is done with in one of three ways: (1) The caller asks for the next one. It was
/// handled: its receipt goes with the next poll, or in a request of its own if reading ends first. (2) The caller leaves the loop by break,
/// an exception or a cancellation. It was not handled, and comes again when its lease ends. (3) The caller abandons or releases it. It
/// comes again, and reading goes on.
/// </summary>
internal sealed partial class MessageReader(
    Mailbox mailbox,
    LeaseRequests leases,
    FuncCometClientOptions options,
    TimeProvider time,
    ILogger logger)
{
    // After a batch that took less than this share of its first lease, the next batch may be twice as large.
    private const double ShareThatLetsBatchesGrow = 0.25;

    // After a batch that took more than this share, the next poll takes one message: although leases are renewed, messages that wait for a
    // slow handler are better left to other readers.
    private const double ShareThatMakesBatchesSmall = 0.9;

    // Leaving the loop waits for the last acknowledgement, but not for long.
    private static readonly TimeSpan LastAcknowledgementLimit = TimeSpan.FromSeconds(3);

    // Part of that time: how long to wait for the answer to a renewal, because the acknowledgement needs its new receipts.
    private static readonly TimeSpan LastRenewalLimit = TimeSpan.FromSeconds(1.5);

    private readonly PollLimit _limit = new(time, logger);
    private readonly HandledMessages _handled = new(options.RememberedMessages);
    private readonly RenewalSupport _support = new();

    public async IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var poll = new PersistentPoll(mailbox, recipient, _limit, options, time, logger);
        LeaseKeeper? keeper = null;
        try
        {
            while (true)
            {
                var batch = await poll.NextAsync(cancellationToken).ConfigureAwait(false);
                keeper = new LeaseKeeper(recipient, batch, poll.Lease, leases, _support, options, time, logger);
                foreach (var message in batch.Messages)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!await keeper.MayHandOutAsync(message, cancellationToken).ConfigureAwait(false))
                    {
                        continue;
                    }

                    if (_handled.Contains(recipient, message))
                    {
                        keeper.Batch.TryHandle(message);
                        continue;
                    }

                    yield return message;
                    if (keeper.Batch.TryHandle(message))
                    {
                        _handled.Add(recipient, message);
                    }
                }

                var leaseUsed = keeper.Batch.Age / keeper.Batch.FirstLease;
                await keeper.SettleAsync(cancellationToken).ConfigureAwait(false);
                TakeHandled(recipient, keeper.Batch, poll.Receipts);
                keeper.Dispose();
                keeper = null;
                poll.Max = leaseUsed switch
                {
                    < ShareThatLetsBatchesGrow => Math.Min(poll.Max * 2, options.MaxBatch),
                    < ShareThatMakesBatchesSmall => poll.Max,
                    _ => 1,
                };
            }
        }
        finally
        {
            await LeaveAsync(recipient, keeper, poll.Receipts).ConfigureAwait(false);
        }
    }

    private void TakeHandled(string recipient, LeasedBatch batch, List<string> receipts)
    {
        receipts.AddRange(batch.Handled.Select(message => message.Receipt!));
        foreach (var message in batch.Returning)
        {
            _handled.AddReturning(recipient, message);
        }
    }

    private async Task LeaveAsync(string recipient, LeaseKeeper? keeper, List<string> receipts)
    {
        using var end = new CancellationTokenSource(LastAcknowledgementLimit, time);
        if (keeper is not null)
        {
            await keeper.EndAsync(LastRenewalLimit).ConfigureAwait(false);
            TakeHandled(recipient, keeper.Batch, receipts);
            keeper.Dispose();
        }

        await AcknowledgeAsync(recipient, receipts, end.Token).ConfigureAwait(false);
    }

    // Best effort, whatever ended reading: a message that stays unacknowledged comes again and is recognized as a repeat.
    private async Task AcknowledgeAsync(string recipient, List<string> receipts, CancellationToken cancellationToken)
    {
        if (receipts.Count == 0)
        {
            return;
        }

        try
        {
            await mailbox.AcknowledgeAsync(recipient, receipts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception ex)
        {
            // Catch everything, TokenProvider's exceptions included: from a finally block it would replace the caller's exception, or make
            // a break throw.
            Log.NotAcknowledged(logger, receipts.Count, ex.Message);
        }
    }

    // Recipients are not logged, because they may be e-mail addresses.
    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "{Count} handled messages could not be acknowledged and come again: {Reason}")]
        public static partial void NotAcknowledged(ILogger logger, int count, string reason);
    }
}
