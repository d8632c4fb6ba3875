using System.Runtime.CompilerServices;
using FuncComet.Client.Connection;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Reads a recipient's messages at least once. A message is done with in one of three ways: (1) The caller asks for the next one. It was
/// handled: its receipt goes with the next poll, or in a request of its own if reading ends first. (2) The caller leaves the loop by break,
/// an exception or a cancellation. It was not handled, and comes again when its lease ends. (3) The caller abandons it. It comes again as
/// in (2), and reading goes on.
/// </summary>
internal sealed partial class MessageReader(Mailbox mailbox, FuncCometClientOptions options, TimeProvider time, ILogger logger)
{
    // Messages whose lease is about to end are not handed to the caller, because another reader may get them too.
    private const double UsableShareOfLease = 0.9;

    // After a batch that took less than this share of its lease, the next batch may be twice as large.
    private const double ShareThatLetsBatchesGrow = 0.25;

    // Leaving the loop waits for the last acknowledgement, but not for long.
    private static readonly TimeSpan LastAcknowledgementLimit = TimeSpan.FromSeconds(3);

    private readonly HandledMessages _handled = new(options.RememberedMessages);

    public async IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var poll = new PersistentPoll(mailbox, recipient, options, time, logger);
        try
        {
            while (true)
            {
                var batch = await poll.NextAsync(cancellationToken).ConfigureAwait(false);
                foreach (var message in batch.Messages.TakeWhile(_ => LeaseUsed(batch) < UsableShareOfLease))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!_handled.Contains(recipient, message))
                    {
                        yield return message;
                        if (message.IsAbandoned)
                        {
                            continue;
                        }

                        _handled.Add(recipient, message);
                    }

                    poll.Receipts.Add(message.Receipt!);
                }

                poll.Max = LeaseUsed(batch) switch
                {
                    < ShareThatLetsBatchesGrow => Math.Min(poll.Max * 2, options.MaxBatch),
                    < UsableShareOfLease => poll.Max,
                    _ => 1,
                };
            }
        }
        finally
        {
            await AcknowledgeAsync(recipient, poll.Receipts).ConfigureAwait(false);
        }
    }

    private double LeaseUsed(PolledBatch batch) => time.GetElapsedTime(batch.Arrived) / options.Lease;

    // Best effort, whatever ended reading: a message that stays unacknowledged comes again and is recognized as a repeat.
    private async Task AcknowledgeAsync(string recipient, List<string> receipts)
    {
        if (receipts.Count == 0)
        {
            return;
        }

        using var end = new CancellationTokenSource(LastAcknowledgementLimit, time);
        try
        {
            await mailbox.AcknowledgeAsync(recipient, receipts, end.Token).ConfigureAwait(false);
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
