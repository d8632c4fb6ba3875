using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// The letters in the one queue of earlier versions. They are moved to their recipients' queues by operators' calls, a part at a time.
/// </summary>
public sealed partial class OlderDeadLetters(
    DeadLetters deadLetters, UnsettledWork work, TimeProvider time, ILogger<OlderDeadLetters> logger)
{
    /// <summary>Moves letters for a while, and returns how many queue messages are left.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    internal async Task<long> DrainAsync(CallTime call)
    {
        using var unsettled = work.Begin();
        var queue = deadLetters.OpenOlder();
        var reader = new DeadLetterReader(queue, call.Part(CallLimits.Older), time, logger);
        var moved = 0;
        string? failure = null;
        try
        {
            while (await reader.NextAsync() is { } letters)
            {
                var results = await Task.WhenAll(letters.Select(letter => MoveAsync(reader, letter)));
                foreach (var (at, (isMoved, reason)) in results.Index())
                {
                    failure ??= reason;
                    if (isMoved)
                    {
                        moved++;
                    }
                    else
                    {
                        reader.SetAside(letters[at]);
                    }
                }
            }
        }
        finally
        {
            await reader.GiveBackAsync();
            if (moved > 0)
            {
                Log.Drained(logger, moved, queue.QueueName);
            }

            if (failure is not null)
            {
                Log.NotDrained(logger, queue.QueueName, failure);
            }
        }

        return await queue.CountAsync() ?? 0;
    }

    // A letter that names no recipient stays. So does one whose queue Storage refuses, as it does for a while after the recipient has been
    // erased: the calls for all others must not fail for that.
    private async Task<(bool IsMoved, string? Failure)> MoveAsync(DeadLetterReader reader, ReadLetter read)
    {
        if (!Recipient.TryParse(read.Letter.Rcpt, out var recipient) || !read.IsHeldForARequest(time))
        {
            return (false, null);
        }

        try
        {
            var queue = deadLetters.Open(recipient);
            await (read.Verbatim is { } verbatim
                ? DeadLetters.WriteAsync(queue, read.Letter, verbatim.QueueText)
                : DeadLetters.WriteAsync(queue, read.Received.QueueText));
            await reader.RemoveAsync(read);
            return (true, null);
        }
        catch (StorageUnavailableException ex)
        {
            return (false, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} dead letters of {Queue} were moved to the queues of their recipients.")]
        public static partial void Drained(ILogger logger, int count, string queue);

        [LoggerMessage(2, LogLevel.Warning, "Some dead letters of {Queue} could not be moved to the queues of their recipients: {Reason}")]
        public static partial void NotDrained(ILogger logger, string queue, string reason);
    }
}
