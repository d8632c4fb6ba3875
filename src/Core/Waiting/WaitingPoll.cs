using System.Threading.Tasks.Sources;
using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>
/// A poll that waits on this instance. It is woken to look into the mailbox for all polls of its recipient, to take a
/// message that a push hands over, or to end. A poll that was woken to look reports the result (<see cref="EndLook"/>).
/// Disposing it without a report means that it has not looked.
/// </summary>
/// <remarks>
/// It is its own reusable task, because a waiting poll should cost little memory. Its continuation runs on the thread
/// that wakes it.
/// </remarks>
internal sealed class WaitingPoll(WaitingRooms rooms, Recipient recipient, TimeSpan endsAt, TimeSpan lease, bool isPlain)
    : Waiter(endsAt, lease, isPlain), IValueTaskSource<Wake>, IDisposable
{
    private ManualResetValueTaskSourceCore<Wake> _woken;
    private ClientAborted.Registration _clientAborted;

    /// <summary>The recipient whose mailbox it waits for.</summary>
    public Recipient Recipient => recipient;

    /// <summary>Returns when it is woken.</summary>
    public ValueTask<Wake> WaitAsync() => new(this, _woken.Version);

    /// <summary>Reports what the look has found.</summary>
    /// <param name="result">The result.</param>
    /// <param name="messages">The messages that were received; null for none.</param>
    /// <param name="counted">What a count showed, hidden messages included; null if the mailbox was not counted.</param>
    public void EndLook(LookResult result, IReadOnlyCollection<Guid>? messages = null, MailboxStatus? counted = null)
    {
        if (result is LookResult.Empty or LookResult.Missing or LookResult.SetAside)
        {
            // Reset first: it waits again from now on, and may be woken at once.
            _woken.Reset();
        }

        rooms.EndLook(this, result, messages ?? [], counted);
    }

    /// <summary>Makes it end when its client leaves.</summary>
    public void LeaveWhen(ClientAborted clientAborted) =>
        _clientAborted = clientAborted.Register(static poll => ((WaitingPoll)poll!).OnClientAborted(), this);

    /// <summary>Leaves.</summary>
    public void Dispose()
    {
        _clientAborted.Unregister();
        rooms.Leave(this);
    }

    public override void Resume(Wake wake) => _woken.SetResult(wake);

    Wake IValueTaskSource<Wake>.GetResult(short token) => _woken.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Wake>.GetStatus(short token) => _woken.GetStatus(token);

    void IValueTaskSource<Wake>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _woken.OnCompleted(continuation, state, token, flags);

    private void OnClientAborted() => rooms.End(this, WakeReason.ClientAborted);
}
