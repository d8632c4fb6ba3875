using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace FuncComet.Client;

/// <summary>
/// Reads a recipient's messages at least once. The ways in which a message leaves the hand:
/// the next one is asked for: it was handled, and its receipt goes with the next poll, or alone where the reading ends before one was answered;
/// the loop is left by break, by an exception or by a cancellation that the handler notices: it was not handled and comes again when its lease ends;
/// it was abandoned: the same, and the reading goes on.
/// </summary>
internal sealed partial class MessageReader(FuncCometClient client, FuncCometClientOptions options, TimeProvider time, ILogger logger)
{
    // Under a lease that is about to end a message would be handed out while somebody else is given it too.
    private const double UsableShareOfLease = 0.9;

    // A batch that took no longer than this share leaves room for one of twice its size.
    private const double ShareThatLetsBatchesGrow = 0.25;

    // An instance that shuts down answers 204 at once, and the next poll meets another. Who does so again and again is asked less often.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(3);

    private readonly HandledMessages _handled = new(options.RememberedMessages);

    public async IAsyncEnumerable<CometMessage> ReadAllAsync(string recipient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At most as many as a batch has messages: they go with the poll that brings the next batch.
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

    private async Task<PolledBatch> PollUntilAnsweredAsync(string recipient, int max, List<string> receipts, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(Random.Shared);
        var early = 0;
        while (true)
        {
            var pause = TimeSpan.Zero;
            var began = time.GetTimestamp();
            try
            {
                var request = new PollRequest { Timeout = options.PollTimeout, Lease = options.Lease, Max = max, Acknowledges = receipts };
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

    // A best effort, whatever ended the reading: what stays unacknowledged comes again, and is known then.
    private async Task AcknowledgeAsync(string recipient, List<string> receipts)
    {
        if (receipts.Count == 0)
        {
            return;
        }

        using var end = new CancellationTokenSource(LongestFarewell, time);
        try
        {
            await client.AcknowledgeAsync(recipient, receipts, end.Token).ConfigureAwait(false);
        }
        catch (Exception ex)
        {
            // Whatever it is, a token that cannot be had too: from here it would take the place of what ended the reading, and make a break throw.
            Log.NotAcknowledged(logger, receipts.Count, ex.Message);
        }
    }

    // No recipient: it may be an e-mail address.
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A poll failed, the next one is in {Pause}: {Reason}")]
        public static partial void PollFailed(ILogger logger, TimeSpan pause, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Polls are answered 204 at once, the next one is in {Pause}")]
        public static partial void AnswersEarly(ILogger logger, TimeSpan pause);

        [LoggerMessage(3, LogLevel.Warning, "{Count} handled messages could not be acknowledged and come again: {Reason}")]
        public static partial void NotAcknowledged(ILogger logger, int count, string reason);
    }
}
