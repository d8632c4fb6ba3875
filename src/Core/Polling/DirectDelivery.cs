using FuncComet.Mailboxes;
using FuncComet.Messages;
using FuncComet.Recipients;

namespace FuncComet.Polling;

/// <summary>A message that is handed to a plain poll before it is stored. The push waits for what becomes of it, for a moment.</summary>
internal sealed class DirectDelivery(Recipient recipient, Message message, TimeProvider time)
{
    // When it is over the push stores the message, so by then the answer must be over too.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<WriteOutcome> _outcome = new();

    /// <summary>The message, as if it were leased for that moment.</summary>
    public LeasedMessage Message { get; } = new(recipient, message, time.GetUtcNow() + Moment);

    /// <summary>The poll says what became of it.</summary>
    public void Settle(WriteOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>What became of it; <see cref="WriteOutcome.Broken"/> where nobody has said so in time, since the client may have it or not.</summary>
    public async Task<WriteOutcome> OutcomeAsync()
    {
        Task settled = _outcome.Task.WaitAsync(Moment, time);
        await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _outcome.Task.IsCompleted ? await _outcome.Task : WriteOutcome.Broken;
    }
}
