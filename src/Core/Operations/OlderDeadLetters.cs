using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// The letters in the one queue of earlier versions. They are moved to their recipients' queues by operators' calls, a part at a time.
/// </summary>
public sealed partial class OlderDeadLetters(DeadLetters deadLetters, TimeProvider time, ILogger<OlderDeadLetters> logger)
{
    /// <summary>Moves letters for a while, and returns how many queue messages are left.</summary>
    /// <exception cref="StorageUnavailableException">Storage did not answer.</exception>
    internal async Task<long> DrainAsync(CallTime call)
    {
        var queue = deadLetters.OpenOlder();
        var reader = new DeadLetterReader(queue, call.Part(CallLimits.Older), time);
        var moved = 0;
        try
        {
            while (await reader.NextAsync() is { } letters)
            {
                moved += (await Task.WhenAll(letters.Select(letter => MoveAsync(reader, letter)))).Count(isMoved => isMoved);
            }
        }
        finally
        {
            await reader.GiveBackAsync();
            if (moved > 0)
            {
                Log.Drained(logger, moved, queue.QueueName);
            }
        }

        return await queue.CountAsync() ?? 0;
    }

    // A letter that names no recipient, or not the text beside it, stays.
    private async Task<bool> MoveAsync(DeadLetterReader reader, ReadLetter read)
    {
        if (!Recipient.TryParse(read.Letter.Rcpt, out var recipient) || !read.IsHeldForARequest(time))
        {
            reader.SetAside(read);
            return false;
        }

        await DeadLetters.WriteAsync(deadLetters.Open(recipient), read.Letter, read.Verbatim?.QueueText);
        await reader.RemoveAsync(read);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} dead letters of {Queue} were moved to the queues of their recipients.")]
        public static partial void Drained(ILogger logger, int count, string queue);
    }
}
