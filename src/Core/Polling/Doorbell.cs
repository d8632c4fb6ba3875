using FuncComet.Recipients;

namespace FuncComet.Polling;

/// <summary>
/// Who is waiting on this instance, so that a push here wakes a poll here at once instead of after its pause.
/// </summary>
/// <remarks>
/// One message needs one poll, so a ring goes to one: the newest that has not been rung yet, since the newest is the likeliest to have a client.
/// A poll that leaves without having looked since it was rung passes the ring on; so no ring is lost while anybody waits.
/// </remarks>
public sealed class Doorbell
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Recipient, List<Bell>> _bells = [];

    /// <summary>Begins to listen; do it before the first look, and what is pushed after the look will ring. Dispose to leave.</summary>
    internal Bell Listen(Recipient recipient)
    {
        var bell = new Bell(this, recipient);
        lock (_gate)
        {
            if (!_bells.TryGetValue(recipient, out var bells))
            {
                _bells[recipient] = bells = new List<Bell>(1);
            }

            bells.Add(bell);
        }

        return bell;
    }

    /// <summary>Wakes one poll that waits for <paramref name="recipient"/> on this instance, if any does.</summary>
    public void Ring(Recipient recipient)
    {
        lock (_gate)
        {
            if (_bells.TryGetValue(recipient, out var bells))
            {
                bells.FindLast(bell => !bell.IsRung)?.Ring();
            }
        }
    }

    private void Leave(Bell bell)
    {
        lock (_gate)
        {
            var bells = _bells[bell.Recipient];
            bells.Remove(bell);
            if (bells.Count == 0)
            {
                _bells.Remove(bell.Recipient);
            }
            else if (bell.IsRung)
            {
                bells.FindLast(other => !other.IsRung)?.Ring();
            }
        }
    }

    /// <summary>One poll's ear.</summary>
    internal sealed class Bell(Doorbell doorbell, Recipient recipient) : IDisposable
    {
        private TaskCompletionSource _rung = NewSource();
        private bool _lookOwed;

        public Recipient Recipient => recipient;

        /// <summary>Rung, and no look has been completed since.</summary>
        public bool IsRung => _rung.Task.IsCompleted || _lookOwed;

        public void Ring() => _rung.TrySetResult();

        /// <summary>A look begins: a ring from now on asks for another.</summary>
        public void BeginLook()
        {
            lock (doorbell._gate)
            {
                if (_rung.Task.IsCompleted)
                {
                    _lookOwed = true;
                    _rung = NewSource();
                }
            }
        }

        /// <summary>The look is complete, and so is what the ring before it asked for.</summary>
        public void EndLook()
        {
            lock (doorbell._gate)
            {
                _lookOwed = false;
            }
        }

        /// <summary>Returns when it rings, the pause is over or the poll is called off; true where it rang. Throws nothing.</summary>
        public async Task<bool> WaitAsync(TimeSpan pause, TimeProvider time, CancellationToken cancellationToken)
        {
            var rung = _rung.Task;
            await rung.WaitAsync(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return rung.IsCompleted;
        }

        public void Dispose() => doorbell.Leave(this);

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
