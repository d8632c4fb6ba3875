using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>A message that is handed over to a plain poll before it is stored. The push waits for the outcome, for a short time.</summary>
internal sealed class DirectDelivery(Recipient recipient, Message message, TimeProvider time)
{
    // When it is over the push stores the message, so the answer must be over by then, too.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<WriteOutcome> _outcome = new();

    /// <summary>The message, as if it were leased for that time.</summary>
    public LeasedMessage Message { get; } = new(recipient, message, time.GetTimestamp(), MaxWait);

    /// <summary>The poll reports the outcome.</summary>
    public void Settle(WriteOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>The outcome; <see cref="WriteOutcome.Broken"/> where none was reported in time, since the client may have the message or not.</summary>
    public async Task<WriteOutcome> OutcomeAsync()
    {
        Task settled = _outcome.Task.WaitAsync(MaxWait, time);
        await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _outcome.Task.IsCompleted ? await _outcome.Task : WriteOutcome.Broken;
    }
}
