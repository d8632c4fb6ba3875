using FuncComet.Client.Connection;

namespace FuncComet.Client.Reading;

/// <summary>
/// The messages of a batch and their leases. The caller handles the messages one after another, and renewals run at the same time. The lock
/// keeps the two apart: a message is released or given up either before a renewal takes its receipt, or after the renewal's answer.
/// </summary>
/// <param name="batch">The messages.</param>
/// <param name="lease">The lease that their poll asked for.</param>
/// <param name="renewed">The lease that renewals ask for.</param>
/// <param name="time">The clock.</param>
internal sealed class LeasedBatch(PolledBatch batch, TimeSpan lease, TimeSpan renewed, TimeProvider time)
{
    // Messages whose lease is about to end are not handed to the caller, because another reader may get them too.
    private const double UsableShareOfLease = 0.9;

    private readonly Lock _lock = new();
    private readonly List<LeasedMessage> _messages =
        [.. batch.Messages.Select(message => new LeasedMessage(message, batch.Arrived, lease))];

    private TaskCompletionSource? _renewal;

    /// <summary>How long ago the batch arrived.</summary>
    public TimeSpan Age => time.GetElapsedTime(batch.Arrived);

    /// <summary>The lease that the batch's poll asked for.</summary>
    public TimeSpan FirstLease => lease;

    /// <summary>The messages that are handled.</summary>
    public IReadOnlyList<CometMessage> Handled => Select(leased => leased.IsHandled);

    /// <summary>The handled messages that may come again although they are acknowledged.</summary>
    public IReadOnlyList<CometMessage> Returning => Select(leased => leased is { IsHandled: true, IsUncertain: true });

    /// <summary>Whether the message's lease has time left for a handler.</summary>
    public bool IsUsable(CometMessage message)
    {
        lock (_lock)
        {
            return IsUsable(Find(message));
        }
    }

    /// <summary>Gives the message up; false if it is usable, or if a renewal is under way that may make it so.</summary>
    public bool TryGiveUp(CometMessage message)
    {
        lock (_lock)
        {
            var leased = Find(message);
            return _renewal is null && !IsUsable(leased) && (leased.IsLost = true);
        }
    }

    /// <summary>Notes that the message is handled; false if it is abandoned.</summary>
    public bool TryHandle(CometMessage message)
    {
        lock (_lock)
        {
            return !message.IsAbandoned && (Find(message).IsHandled = true);
        }
    }

    /// <summary>Abandons the message; false if it is handled.</summary>
    public bool TryAbandon(CometMessage message)
    {
        lock (_lock)
        {
            if (Find(message).IsHandled)
            {
                return false;
            }

            message.Abandon();
            return true;
        }
    }

    /// <summary>
    /// Begins a renewal of the open leases that were granted before this timestamp, and returns their receipts. They must not be used for
    /// anything else until <see cref="EndRenewal"/>.
    /// </summary>
    public Queue<string> BeginRenewal(long before)
    {
        lock (_lock)
        {
            _renewal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var open = Open(before);
            open.ForEach(leased => leased.IsUncertain = true);
            return new Queue<string>(open.Select(leased => leased.Message.Receipt!));
        }
    }

    /// <summary>Notes what a request that was sent at this timestamp has renewed.</summary>
    public void Apply(LeaseAnswer answer, long sent)
    {
        lock (_lock)
        {
            foreach (var done in answer.Done)
            {
                var leased = _messages.First(leased => leased.Message.Receipt == done.Receipt);
                leased.Message.Renew(done.Renewed!);
                (leased.Granted, leased.Lease, leased.IsUncertain) = (sent, renewed, false);
            }

            foreach (var leased in _messages.IntersectBy(answer.Expired, leased => leased.Message.Receipt))
            {
                leased.IsLost = true;
            }
        }
    }

    public void EndRenewal()
    {
        lock (_lock)
        {
            _renewal?.SetResult();
            _renewal = null;
        }
    }

    /// <summary>Returns when no renewal is under way.</summary>
    public Task RenewedAsync()
    {
        lock (_lock)
        {
            return _renewal?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>How many open leases were granted before this timestamp, and how much time the first of them to end has left.</summary>
    public (int Count, TimeSpan Left) Rest(long before)
    {
        lock (_lock)
        {
            var open = Open(before);
            return (open.Count, open.Count == 0 ? TimeSpan.Zero : open.Min(leased => leased.Lease - time.GetElapsedTime(leased.Granted)));
        }
    }

    private bool IsUsable(LeasedMessage leased) =>
        !leased.IsLost && time.GetElapsedTime(leased.Granted) < leased.Lease * UsableShareOfLease;

    private List<LeasedMessage> Open(long before) => [.. _messages.Where(leased => leased.IsOpen && leased.Granted < before)];

    private LeasedMessage Find(CometMessage message) => _messages.First(leased => leased.Message == message);

    private List<CometMessage> Select(Func<LeasedMessage, bool> matches)
    {
        lock (_lock)
        {
            return [.. _messages.Where(matches).Select(leased => leased.Message)];
        }
    }
}
