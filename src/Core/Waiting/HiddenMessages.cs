using FuncComet.Recipients;

namespace FuncComet.Waiting;

/// <summary>
/// The <see cref="HiddenTimes"/> of the mailboxes in which this instance knows of hidden messages. Used under the lock
/// of <see cref="WaitingRooms"/>.
/// </summary>
/// <remarks>
/// What is forgotten, as every time is that lies more than ten minutes ahead, is found as at another instance: a look that counts the
/// hidden message is followed by frequent looks for ten minutes (<see cref="HiddenCount"/>), and then by one after each longest pause.
/// </remarks>
internal sealed class HiddenMessages(TimeProvider time) : IDisposable
{
    private readonly PassingMemory<Recipient, HiddenTimes> _times = new(time);

    /// <summary>The known times of the recipient's mailbox; null if there are none.</summary>
    public HiddenTimes? Of(Recipient recipient) => _times.Of(recipient)?.Value;

    /// <summary>Adds that a message of the recipient becomes visible at <paramref name="due"/>.</summary>
    public HiddenTimes Add(Recipient recipient, TimeSpan due, TimeSpan now)
    {
        var times = Of(recipient) ?? new HiddenTimes();
        times.Add(due, now);
        _times.Remember(recipient, times);
        return times;
    }

    /// <summary>Forgets the recipient's times.</summary>
    public void Forget(Recipient recipient) => _times.Forget(recipient);

    /// <inheritdoc/>
    public void Dispose() => _times.Dispose();
}
