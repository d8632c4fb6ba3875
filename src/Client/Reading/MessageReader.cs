using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client.Reading;

/// <summary>
/// Reads a recipient's messages at least once. A message is done with in one of three ways: (1) The caller asks for the next one. It was
/// handled: its receipt goes with the next poll, or in a request of its own if reading ends first. (2) The caller leaves the loop by break,
/// an exception or a cancellation. It was not handled, and comes again when its lease ends. (3) The caller abandons it. It comes again as
/// in (2), and reading goes on.
/// </summary>
internal sealed partial class MessageReader(FuncCometClient client, FuncCometClientOptions options, TimeProvider time, ILogger logger)
{
    // Messages whose lease is about to end are not handed to the caller, because another reader may get them too.
    private const double UsableShareOfLease = 0.9;

    // After a batch that took less than this share of its lease, the next batch may be twice as large.
    private const double ShareThatLetsBatchesGrow = 0.25;

    // An instance that shuts down answers 204 at once, and the next poll reaches another instance. Back off only if it happens again.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(500);

    // Leaving the loop waits for the last acknowledgement, but not for long.
    private static readonly TimeSpan LastAcknowledgementLimit = TimeSpan.FromSeconds(3);

    private readonly HandledMessages _handled = new(options.RememberedMessages);

    public async IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At most one batch's receipts: they go with the poll that gets the next batch.
        var receipts = new List<string>();
        var max = 1;
        try
        {
            while (true)
            {
                var batch = await PollUntilAnsweredAsync(recipient, max, receipts, cancellationToken).ConfigureAwait(false);
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

                    receipts.Add(message.Receipt!);
                }

                max = LeaseUsed(batch) switch
                {
                    < ShareThatLetsBatchesGrow => Math.Min(max * 2, options.MaxBatch),
                    < UsableShareOfLease => max,
                    _ => 1,
                };
            }
        }
        finally
        {
            await AcknowledgeAsync(recipient, receipts).ConfigureAwait(false);
        }
    }

    private double LeaseUsed(PolledBatch batch) => time.GetElapsedTime(batch.Arrived) / options.Lease;

    private async Task<PolledBatch> PollUntilAnsweredAsync(
        string recipient,
        int max,
        List<string> receipts,
        CancellationToken cancellationToken)
    {
        var backoff = new Backoff(Random.Shared);
        var early = 0;
        while (true)
        {
            var pause = TimeSpan.Zero;
            var began = time.GetTimestamp();
            try
            {
                var request = new PollRequest
                {
                    Timeout = options.PollTimeout,
                    Lease = options.Lease,
                    Max = max,
                    Acknowledges = receipts,
                };
                var batch = await client.PollBatchAsync(recipient, request, cancellationToken).ConfigureAwait(false);
                receipts.Clear();
                if (batch.Messages.Count > 0)
                {
                    return batch;
                }

                early = time.GetElapsedTime(began) < Early ? early + 1 : 0;
                if (early > 1)
                {
                    pause = backoff.Next();
                    Log.AnswersEarly(logger, pause);
                }
                else
                {
                    backoff.Reset();
                }
            }
            catch (FuncCometException ex) when (ex.IsTransient)
            {
                pause = backoff.Next() + (ex.RetryAfter ?? TimeSpan.Zero);
                Log.PollFailed(logger, pause, ex.Message);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

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
            await client.AcknowledgeAsync(recipient, receipts, end.Token).ConfigureAwait(false);
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
        [LoggerMessage(1, LogLevel.Warning, "A poll failed, the next one follows in {Pause}: {Reason}")]
        public static partial void PollFailed(ILogger logger, TimeSpan pause, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Polls are answered 204 too early, the next one follows in {Pause}")]
        public static partial void AnswersEarly(ILogger logger, TimeSpan pause);

        [LoggerMessage(3, LogLevel.Warning, "{Count} handled messages could not be acknowledged and come again: {Reason}")]
        public static partial void NotAcknowledged(ILogger logger, int count, string reason);
    }
}
