using FuncComet.Recipients;
using FuncComet.Telemetry;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>Counts the polls that this instance holds, in total and per recipient, and enforces the limits.</summary>
public sealed class HeldPolls(IOptions<HeldPollOptions> options, FuncCometMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Recipient, int> _perRecipient = [];
    private int _count;

    /// <summary>The number of polls that have begun and not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The limits.</summary>
    public HeldPollOptions Limits => options.Value;

    /// <summary>Takes a place for one more poll; dispose it when the poll ends. Null if a limit is reached.</summary>
    public IDisposable? TryEnter(Recipient recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        lock (_gate)
        {
            var ofRecipient = _perRecipient.GetValueOrDefault(recipient);
            if (_count >= Limits.MaxHeldPolls || ofRecipient >= Limits.MaxHeldPollsPerRecipient)
            {
                return null;
            }

            _count++;
            _perRecipient[recipient] = ofRecipient + 1;
        }

        metrics.PollEntered();
        return new Place(this, recipient);
    }

    private void Leave(Recipient recipient)
    {
        lock (_gate)
        {
            _count--;
            if (--_perRecipient[recipient] == 0)
            {
                _perRecipient.Remove(recipient);
            }
        }

        metrics.PollLeft();
    }

    private sealed class Place(HeldPolls held, Recipient recipient) : IDisposable
    {
        public void Dispose() => held.Leave(recipient);
    }
}
