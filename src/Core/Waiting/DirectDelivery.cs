using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>A message that is handed over to a plain poll before it is stored. The push waits a short time for the outcome.</summary>
internal sealed class DirectDelivery(Recipient recipient, Message message, TimeProvider time)
{
    // After this time the push stores the message, so the answer must be complete by then.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<WriteOutcome> _outcome = new();

    /// <summary>The message, with this time as its lease.</summary>
    public LeasedMessage Message { get; } = new(recipient, message, time.GetTimestamp(), MaxWait);

    /// <summary>Reports the outcome to the push.</summary>
    public void Settle(WriteOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>
    /// The outcome. It is <see cref="WriteOutcome.Broken"/> if none was reported in time, since the client may or may
    /// not have the message.
    /// </summary>
    public async Task<WriteOutcome> OutcomeAsync()
    {
        Task settled = _outcome.Task.WaitAsync(MaxWait, time);
        await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _outcome.Task.IsCompleted ? await _outcome.Task : WriteOutcome.Broken;
    }
}
