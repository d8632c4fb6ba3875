using FuncComet.Mailboxes;
using FuncComet.Polling;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Doorbells;

/// <summary>
/// Wakes a poll when something has come into a mailbox: one that waits here, else one that waits at the instance that the mailbox's metadata names. Polls of one mailbox
/// compete, so one is enough.
/// </summary>
/// <remarks>
/// A poll writes where it waits before it looks, and this reads it after the message is stored; so one of the two always sees the other. It goes on after the push has been
/// answered: a ring that is lost costs a pause, no message.
/// </remarks>
public sealed partial class Ringer(Doorbell doorbell, BellQueues queues, InstanceBell bell, IOptions<DoorbellOptions> options, TimeProvider time, ILogger<Ringer> logger) : IHostedService
{
    // With more than that under way pushes wait for theirs.
    private const int MaxUnderWay = 1_000;

    private static readonly TimeSpan AtTheEnd = TimeSpan.FromSeconds(2);

    private readonly HashSet<Task> _underWay = [];

    /// <summary>Rings for a message that is in the mailbox; returns when that is done or well under way.</summary>
    public async Task RingAsync(Recipient recipient, Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (doorbell.Ring(recipient) || !options.Value.Enabled)
        {
            return;
        }

        var ring = RingElsewhereAsync(recipient, mailbox);
        if (ring.IsCompleted || !TryTrack(ring))
        {
            await ring;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits a moment for what is under way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] underWay;
        lock (_underWay)
        {
            underWay = [.. _underWay];
        }

        await Task.WhenAll(underWay).WaitAsync(AtTheEnd, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RingElsewhereAsync(Recipient recipient, Mailbox mailbox)
    {
        try
        {
            if (await mailbox.ReadPresenceAsync() is { } presence && presence.Until > time.GetUtcNow() && presence.Instance != bell.Name)
            {
                await queues.LeaveNoteAsync(presence.Instance, recipient);
            }
        }
        catch (StorageUnavailableException ex)
        {
            Log.NotRung(logger, mailbox.QueueName, ex.Message);
        }
    }

    private bool TryTrack(Task ring)
    {
        lock (_underWay)
        {
            if (_underWay.Count >= MaxUnderWay)
            {
                return false;
            }

            _underWay.Add(ring);
        }

        ring.ContinueWith(
            done =>
            {
                lock (_underWay)
                {
                    _underWay.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A poll of {Queue} at another instance, if there is one, is not woken and looks by itself: {Reason}")]
        public static partial void NotRung(ILogger logger, string queue, string reason);
    }
}
