using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// Erases a recipient: the mailbox and the dead letters, with the name in the queues' metadata, and what this instance remembers. Other
/// instances forget the recipient by themselves (<see cref="IRecipientMemory"/>).
/// </summary>
/// <remarks>A client whose token is still valid, or a push, brings the mailbox back.</remarks>
public sealed partial class Erasure(
    MailboxFactory mailboxes,
    DeadLetters deadLetters,
    OlderDeadLetters older,
    WaitingRooms rooms,
    IEnumerable<IRecipientMemory> memories,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<Erasure> logger)
{
    /// <summary>Erases a recipient. What Storage has not accepted can be erased by another call.</summary>
    public async Task<ErasureResult> EraseAsync(Recipient recipient)
    {
        // First, since the look of a poll that goes on would write the name into the metadata again.
        rooms.EndAll(recipient, WakeReason.Erased);
        var mailbox = mailboxes.Open(recipient);
        var accepted = await Task.WhenAll(
            TryAsync(mailbox, () => DeleteAsync(mailbox)), TryAsync(deadLetters.Open(recipient), () => DeleteDeadLettersAsync(recipient)));

        // Last, since what had begun before may have been remembered meanwhile.
        foreach (var memory in memories)
        {
            memory.Forget(recipient);
        }

        var erased = new ErasureResult(Mailbox: accepted[0], DeadLetters: accepted[1]);
        Log.Erased(logger, mailbox.QueueName, erased.Mailbox, erased.DeadLetters);
        return erased;
    }

    private static async Task<bool> DeleteAsync(Mailbox queue)
    {
        await queue.DeleteQueueAsync();
        return true;
    }

    /// <summary>
    /// False if letters are left in the queue of earlier versions, which may be letters of the recipient. Those that can be moved are in
    /// the recipient's own queue before it is deleted.
    /// </summary>
    private async Task<bool> DeleteDeadLettersAsync(Recipient recipient)
    {
        var left = await older.DrainAsync(new CallTime(time, CallLimits.Work, host.ApplicationStopping));
        return await DeleteAsync(deadLetters.Open(recipient)) && left == 0;
    }

    private async Task<bool> TryAsync(Mailbox queue, Func<Task<bool>> erase)
    {
        try
        {
            return await erase();
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotDeleted(logger, queue.QueueName, ex.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Erasure of {Queue}: mailbox deleted: {Mailbox}; dead letters deleted: {DeadLetters}.")]
        public static partial void Erased(ILogger logger, string queue, bool mailbox, bool deadLetters);

        [LoggerMessage(2, LogLevel.Warning, "Erasure: {Queue} was not deleted: {Reason}")]
        public static partial void NotDeleted(ILogger logger, string queue, string reason);
    }
}

/// <summary>What Storage has accepted of an erasure.</summary>
/// <param name="Mailbox">Whether the mailbox is gone.</param>
/// <param name="DeadLetters">Whether the dead letters are gone.</param>
public sealed record ErasureResult(bool Mailbox, bool DeadLetters);
