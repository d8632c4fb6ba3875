using FuncComet.Doorbells;
using FuncComet.Mailboxes;
using FuncComet.Recipients;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>
/// Who is waiting on this instance: a room for each recipient, so that a push here reaches a poll here at once instead of after its pause.
/// </summary>
public sealed class Doorbell : IDisposable
{
    // One for all rooms: what is done under it is short, and a room comes and goes with its polls.
    private readonly Lock _gate = new();
    private readonly Dictionary<Recipient, WaitingRoom> _rooms = [];
    private readonly LookTurns _turns = new();
    private readonly Backoff _backoff;
    private readonly IOptions<DoorbellOptions> _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenRegistration _onStopping;
    private readonly Action<WaitingRoom> _onClosed;
    private TaskCompletionSource _somebodyWaits = NobodyWaits();
    private bool _stopping;

    /// <summary>For one instance; when <paramref name="host"/> stops, nobody waits any longer.</summary>
    public Doorbell(Backoff backoff, IOptions<DoorbellOptions> options, IHostApplicationLifetime host, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(host);
        _backoff = backoff;
        _options = options;
        _time = time;
        _onClosed = OnClosed;
        _onStopping = host.ApplicationStopping.UnsafeRegister(static doorbell => ((Doorbell)doorbell!).Stop(), this);
    }

    /// <summary>Completed while anybody waits on this instance.</summary>
    internal Task WhenSomebodyWaits
    {
        get
        {
            lock (_gate)
            {
                return _somebodyWaits.Task;
            }
        }
    }

    /// <summary>Begins to wait. Dispose to leave.</summary>
    /// <param name="recipient">Whose mailbox.</param>
    /// <param name="clock">The poll's time.</param>
    /// <param name="lease">The lease that its messages get; whole seconds.</param>
    /// <param name="isPlain">Whether it is in plain mode.</param>
    /// <param name="clientAborted">Fires when there is nobody to wait for any more.</param>
    internal WaitingPoll Enter(Recipient recipient, PollClock clock, TimeSpan lease, bool isPlain, ClientAborted clientAborted)
    {
        var wakes = default(Wakes);
        WaitingPoll poll;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(recipient, out var room))
            {
                _rooms[recipient] = room = new WaitingRoom(recipient, _gate, _turns, _backoff, _options.Value.Enabled, _time, _onClosed);
                _somebodyWaits.TrySetResult();
            }

            poll = room.Enter(clock, lease, isPlain, _stopping, ref wakes);
        }

        wakes.Fire();
        poll.LeaveWhen(clientAborted);
        return poll;
    }

    /// <summary>Something may be in the mailbox: one poll that waits for it on this instance looks; false where none does.</summary>
    public bool Ring(Recipient recipient)
    {
        bool isHeard;
        var wakes = default(Wakes);
        lock (_gate)
        {
            if (!_rooms.TryGetValue(recipient, out var room))
            {
                return false;
            }

            isHeard = room.IsOccupied;
            room.Ring(ref wakes);
        }

        wakes.Fire();
        return isHeard;
    }

    /// <summary>
    /// A message of the recipient is hidden, under a lease or a delay, and comes up <paramref name="within"/> this time if nobody removes it. Nobody rings for that: polls that
    /// wait here look by then.
    /// </summary>
    public void Expect(Recipient recipient, TimeSpan within)
    {
        var wakes = default(Wakes);
        lock (_gate)
        {
            _backoff.Expect(recipient, within);
            if (_rooms.TryGetValue(recipient, out var room))
            {
                room.ShortenPause(ref wakes);
            }
        }

        wakes.Fire();
    }

    /// <summary>Pushes at other instances cannot wake polls here for now: they look by themselves as if they had never told where they wait.</summary>
    public void Unheard()
    {
        var wakes = default(Wakes);
        lock (_gate)
        {
            foreach (var room in _rooms.Values.ToList())
            {
                room.Unheard(ref wakes);
            }
        }

        wakes.Fire();
    }

    /// <summary>
    /// Claims the newest armed poll whose lease is not longer than <paramref name="longestLease"/>, in plain mode where <paramref name="plainOnly"/> says so: it waits for the message that is on its way. Null
    /// where there is none. The claim ends with <see cref="WaitingPoll.TryHand(LeasedMessage)"/> or <see cref="WaitingPoll.Release"/>.
    /// </summary>
    internal WaitingPoll? TryClaim(Recipient recipient, TimeSpan longestLease, bool plainOnly = false)
    {
        lock (_gate)
        {
            return _rooms.TryGetValue(recipient, out var room) ? room.TryClaim(longestLease, plainOnly) : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _onStopping.Dispose();

    private static TaskCompletionSource NobodyWaits() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnClosed(WaitingRoom room)
    {
        _rooms.Remove(room.Recipient);
        if (_rooms.Count == 0)
        {
            _somebodyWaits = NobodyWaits();
        }
    }

    private void Stop()
    {
        var wakes = default(Wakes);
        lock (_gate)
        {
            _stopping = true;
            foreach (var room in _rooms.Values.ToArray())
            {
                room.EndAll(PollOutcome.HostStopping, ref wakes);
            }
        }

        wakes.Fire();
    }
}
