using System.Collections.Concurrent;
using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Operations;

/// <summary>
/// Puts dead letters back into their mailboxes. A letter is removed when its message is in the mailbox: if an instance dies in between,
/// the message is there twice, with the same id, but it is never lost.
/// </summary>
public sealed partial class DeadLetterRedrive(
    DeadLetters deadLetters,
    OlderDeadLetters older,
    DeadLetterQueues queues,
    MailboxFactory mailboxes,
    MailboxDepths depths,
    Ringer ringer,
    UnsettledWork work,
    MessageLog messages,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<DeadLetterRedrive> logger)
{
    // Within this time, the letter is written that a text belongs to, or both are removed.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(10);

    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = CallLimits.AtOnce };

    /// <summary>Puts back the letters of one recipient.</summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="timeToLive">How long the messages live in the mailbox; whole seconds.</param>
    /// <exception cref="StorageUnavailableException">Storage did not answer. What was moved by then stays moved.</exception>
    public async Task<RedriveResult> RunAsync(Recipient recipient, TimeSpan timeToLive)
    {
        using var unsettled = work.Begin();
        var call = new CallTime(time, CallLimits.Work, host.ApplicationStopping);
        var left = await older.DrainAsync(call);
        var target = Open(recipient, timeToLive);
        var result = await RunAsync(target, call) with { Older = left };
        if (target.Failure is { } failure)
        {
            throw failure;
        }

        Log.Redriven(logger, deadLetters.Open(recipient).QueueName, result.Moved, result.Left);
        return result;
    }

    /// <summary>
    /// Puts back the letters of all recipients, one recipient after the other. One whose mailbox Storage refuses, as it does while it
    /// deletes the queue, keeps the letters.
    /// </summary>
    /// <param name="after">Where to begin; null for the beginning.</param>
    /// <param name="timeToLive">How long the messages live in the mailboxes; whole seconds.</param>
    /// <returns>Null if Storage refuses <paramref name="after"/>.</returns>
    /// <exception cref="StorageUnavailableException">Storage did not answer. What was moved by then stays moved.</exception>
    public async Task<RedriveResult?> RunAllAsync(QueuePosition? after, TimeSpan timeToLive)
    {
        using var unsettled = work.Begin();
        var call = new CallTime(time, CallLimits.Work, host.ApplicationStopping);
        var left = await older.DrainAsync(call);
        if (await queues.ListAsync(CallLimits.Recipients, after) is not { } page)
        {
            return null;
        }

        var total = new RedriveResult(0, 0) { Next = page.Next, Older = left };
        foreach (var owner in page.Found)
        {
            var result = await RunAsync(Open(owner.Recipient, timeToLive), call);
            total = total with { Moved = total.Moved + result.Moved, Left = total.Left + result.Left };
            if (call.IsOver)
            {
                total = total with { Next = owner == page.Found[^1] ? page.Next : owner.Position };
                break;
            }
        }

        Log.AllRedriven(logger, total.Moved, total.Left);
        return total;
    }

    private Target Open(Recipient recipient, TimeSpan timeToLive) => new(recipient, mailboxes.Open(recipient), timeToLive);

    private async Task<RedriveResult> RunAsync(Target target, CallTime call)
    {
        var queue = deadLetters.Open(target.Recipient);
        var reader = new DeadLetterReader(queue, call, time, logger);
        try
        {
            while (!target.IsFull && await reader.NextAsync() is { } letters)
            {
                await MoveAsync(reader, letters, target, call);
            }

            // Only if all that is in the queue has been seen: else another call may hold the letter that a text belongs to.
            if (reader is { IsAtEnd: true, Orphans.Count: > 0 } && await queue.CountAsync() == reader.Kept)
            {
                await MoveOrphansAsync(reader, target);
            }
        }
        catch (StorageUnavailableException ex)
        {
            target.Failure = ex;
            Log.Stopped(logger, queue.QueueName, target.Moved, ex.Message);
        }
        finally
        {
            await reader.GiveBackAsync();
        }

        return new RedriveResult(target.Moved, Math.Max(0, (await queue.CountAsync() ?? 0) - reader.TextsLeft));
    }

    private async Task MoveAsync(DeadLetterReader reader, IReadOnlyList<ReadLetter> letters, Target target, CallTime call)
    {
        var moves = new List<Move>();
        foreach (var letter in letters)
        {
            // A message that still cannot be read comes back at once. Moved again, it would keep the call busy to its end.
            if (letter.Letter.Rcpt == target.Recipient.Name
                && letter.Letter.DeadLettered < call.Began
                && letter.TryRead(out var content))
            {
                moves.Add(new Move(
                    content, () => letter.IsHeldForARequest(time), () => reader.RemoveAsync(letter), () => reader.SetAside(letter)));
            }
            else
            {
                reader.SetAside(letter);
            }
        }

        await MoveAsync(moves, target);
    }

    private Task MoveOrphansAsync(DeadLetterReader reader, Target target) => MoveAsync(
        [
            .. from orphan in reader.Orphans
               where IsOrphan(orphan.Message.Time, time)
               select new Move(
                   DeadLetterContent.Of(orphan.QueueText),
                   () => orphan.LeaseLeft(time) > Mailbox.Deadline,
                   () => reader.RemoveAsync(orphan),
                   () => { }),
        ],
        target);

    private async Task MoveAsync(List<Move> moves, Target target)
    {
        var moved = new ConcurrentQueue<Message?>();
        try
        {
            for (var done = 0; done < moves.Count;)
            {
                var wanted = Math.Min(moves.Count - done, CallLimits.AtOnce);
                var room = await depths.TakeRoomAsync(target.Recipient, target.Mailbox, wanted);
                if (room == 0)
                {
                    target.IsFull = true;
                    moves[done..].ForEach(move => move.Leave());
                    return;
                }

                // What came before, such as a count for the room, may have taken long.
                var held = moves.GetRange(done, room).ToLookup(move => move.IsHeld());
                foreach (var move in held[false])
                {
                    move.Leave();
                }

                await Parallel.ForEachAsync(held[true], AtOnce, (move, _) => MoveAsync(move, target, moved));
                done += room;
            }
        }
        finally
        {
            // One ring for all: a poll that finds more than it takes wakes the next.
            target.Moved += moved.Count;
            if (!moved.IsEmpty)
            {
                ringer.Ring(target.Recipient, target.Mailbox, moved.FirstOrDefault(own => own is not null));
            }
        }
    }

    // What has been put back is added to moved: null for a message of another program.
    private async ValueTask MoveAsync(Move move, Target target, ConcurrentQueue<Message?> moved)
    {
        var sent = await target.Mailbox.SendAsync(move.Content.QueueText, target.TimeToLive, TimeSpan.Zero, Mailbox.Deadline);
        var id = move.Content.Own?.Id ?? Message.ForeignId(sent.QueueMessageId);
        messages.Stored(id, sent.QueueMessageId, target.Mailbox.QueueName, TimeSpan.Zero, sent.Expires);
        moved.Enqueue(move.Content.Own);
        await move.RemoveAsync();
    }

    /// <param name="Content">What is put back.</param>
    /// <param name="IsHeld">Whether no other call can receive it before a request has ended that begins now.</param>
    /// <param name="RemoveAsync">Removes it from the letters.</param>
    /// <param name="Leave">Leaves it there.</param>
    private sealed record Move(DeadLetterContent Content, Func<bool> IsHeld, Func<Task> RemoveAsync, Action Leave);

    /// <summary>Whether a text that was stored then and that no letter names is a letter of its own.</summary>
    internal static bool IsOrphan(DateTimeOffset stored, TimeProvider time) => time.GetUtcNow() - stored > OrphanAge;

    private sealed class Target(Recipient recipient, Mailbox mailbox, TimeSpan timeToLive)
    {
        public Recipient Recipient => recipient;

        public Mailbox Mailbox => mailbox;

        public TimeSpan TimeToLive => timeToLive;

        public bool IsFull { get; set; }

        /// <summary>How many have been put back.</summary>
        public int Moved { get; set; }

        /// <summary>Why the rest was not put back; null if Storage has not failed.</summary>
        public StorageUnavailableException? Failure { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Redrive of {Queue}: {Moved} dead letters were put back, {Left} are left.")]
        public static partial void Redriven(ILogger logger, string queue, long moved, long left);

        [LoggerMessage(2, LogLevel.Information, "Redrive of all: {Moved} dead letters were put back, {Left} are left.")]
        public static partial void AllRedriven(ILogger logger, long moved, long left);

        [LoggerMessage(3, LogLevel.Warning, "Redrive of {Queue}: stopped after {Moved} dead letters: {Reason}")]
        public static partial void Stopped(ILogger logger, string queue, int moved, string reason);
    }
}

/// <summary>What a redrive has done.</summary>
/// <param name="Moved">How many letters were put back.</param>
/// <param name="Left">How many are left of the recipients that the call came to.</param>
public sealed record RedriveResult(long Moved, long Left)
{
    /// <summary>Where the next call begins; null if there is nothing behind.</summary>
    public QueuePosition? Next { get; init; }

    /// <summary>How many queue messages are left in the queue of earlier versions.</summary>
    public long Older { get; init; }
}
