using FuncComet.Mailboxes;
using FuncComet.Recipients;
using FuncComet.Waiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// Lets polls know when a message that this instance has hidden becomes visible. Polls here look then. Other instances
/// that hold polls of the recipient get a note if the message is hidden for less than their longest pause: their polls then
/// look, count the hidden message, and look often until it is gone. Otherwise a poll in a long pause would find the message
/// late if its holder fails.
/// </summary>
/// <remarks>
/// It tells the instances that looks here have found, and makes no request to find others. One note for each of them in
/// <see cref="Pause"/> serves all messages of that time, so that a busy mailbox does not leave a note for each message.
/// </remarks>
public sealed partial class LeaseNotes(
    WaitingRooms rooms,
    MailboxFactory mailboxes,
    BellQueues queues,
    InstanceBell bell,
    IHostApplicationLifetime host,
    IOptions<DoorbellOptions> doorbell,
    IOptions<BackoffOptions> backoff,
    TimeProvider time,
    ILogger<LeaseNotes> logger)
{
    // The shortest lease: the note that a pause holds up comes before the lease's end.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();

    // The recipients for whom notes were left less than a pause ago, and whether more must follow.
    private readonly Dictionary<Recipient, bool> _told = [];

    /// <summary>A message of the recipient was hidden by this instance and becomes visible within this time.</summary>
    internal void Hidden(Recipient recipient, TimeSpan within)
    {
        rooms.Expect(recipient, within);
        if (!doorbell.Value.Enabled || within >= backoff.Value.Maximum || Elsewhere(recipient).Length == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (!_told.TryAdd(recipient, false))
            {
                _told[recipient] = true;
                return;
            }
        }

        // Otherwise later notes would count as requests of the poll that has been given this lease.
        using (ExecutionContext.SuppressFlow())
        {
            _ = TellAsync(recipient);
        }
    }

    private async Task TellAsync(Recipient recipient)
    {
        try
        {
            do
            {
                await LeaveNotesAsync(recipient);
                await Task.Delay(Pause, time, host.ApplicationStopping);
            }
            while (IsToTellAgain(recipient));
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            // The polls elsewhere find the message after their pause.
        }
        catch (Exception ex)
        {
            // Nothing awaits this task, so only the log shows a fault of ours.
            Log.Failed(logger, mailboxes.Open(recipient).QueueName, ex);
            lock (_gate)
            {
                _told.Remove(recipient);
            }
        }
    }

    private async Task LeaveNotesAsync(Recipient recipient)
    {
        try
        {
            await Task.WhenAll(Elsewhere(recipient).Select(presence => queues.LeaveNoteAsync(presence.Instance, recipient, Deadline)));
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotTold(logger, mailboxes.Open(recipient).QueueName, ex.Message);
        }
    }

    private bool IsToTellAgain(Recipient recipient)
    {
        lock (_gate)
        {
            if (_told[recipient])
            {
                _told[recipient] = false;
                return true;
            }

            _told.Remove(recipient);
            return false;
        }
    }

    private Presence[] Elsewhere(Recipient recipient) => bell.OthersIn(rooms.KnownElsewhere(recipient), time.GetUtcNow());

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "Polls of {Queue} at other instances were not told of a short lease, and look after their pause: {Reason}")]
        public static partial void NotTold(ILogger logger, string queue, string reason);

        [LoggerMessage(2, LogLevel.Error, "Notes of a short lease of {Queue} failed.")]
        public static partial void Failed(ILogger logger, string queue, Exception exception);
    }
}
