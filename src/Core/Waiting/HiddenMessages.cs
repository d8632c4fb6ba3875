using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;

namespace FuncComet.Waiting;

/// <summary>
/// The <see cref="HiddenTimes"/> of the mailboxes in which this instance knows of hidden messages. Used under the lock
/// of <see cref="WaitingRooms"/>.
/// </summary>
/// <remarks>Forgetting a mailbox costs a late look, so the cache needs only a bound on memory.</remarks>
internal sealed class HiddenMessages : IDisposable
{
    private const int MaxRecipients = 100_000;

    private readonly MemoryCache _times = new(new MemoryCacheOptions { SizeLimit = MaxRecipients });

    /// <summary>The known times of the recipient's mailbox; null if there are none.</summary>
    public HiddenTimes? Of(Recipient recipient) => _times.TryGetValue(recipient, out HiddenTimes? times) ? times : null;

    /// <summary>Adds that a message of the recipient becomes visible at <paramref name="due"/>.</summary>
    public HiddenTimes Add(Recipient recipient, TimeSpan due, TimeSpan now)
    {
        var times = Of(recipient) ?? new HiddenTimes();
        times.Add(due, now);
        using var entry = _times.CreateEntry(recipient);
        entry.Value = times;
        entry.Size = 1;

        // The cache frees memory by its own clock. The times themselves are on ours.
        entry.AbsoluteExpirationRelativeToNow = times.End - now;
        return times;
    }

    /// <inheritdoc/>
    public void Dispose() => _times.Dispose();
}
