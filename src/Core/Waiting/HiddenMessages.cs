using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;

namespace FuncComet.Waiting;

/// <summary>The <see cref="HiddenTimes"/> of the mailboxes that this instance knows of. Used under the lock of <see cref="WaitingRooms"/>.</summary>
/// <remarks>A forgotten mailbox costs a late look, so a bound on memory is all that the cache needs.</remarks>
internal sealed class HiddenMessages : IDisposable
{
    private const int MaxRecipients = 100_000;

    private readonly MemoryCache _times = new(new MemoryCacheOptions { SizeLimit = MaxRecipients });

    /// <summary>What is known of the recipient's mailbox; null where that is nothing.</summary>
    public HiddenTimes? Of(Recipient recipient) => _times.TryGetValue(recipient, out HiddenTimes? times) ? times : null;

    /// <summary>A message of the recipient becomes visible at <paramref name="due"/>.</summary>
    public HiddenTimes Add(Recipient recipient, TimeSpan due, TimeSpan now)
    {
        var times = Of(recipient) ?? new HiddenTimes();
        times.Add(due, now);
        using var entry = _times.CreateEntry(recipient);
        entry.Value = times;
        entry.Size = 1;

        // Frees memory by the cache's own clock; the times themselves are on ours.
        entry.AbsoluteExpirationRelativeToNow = times.End - now;
        return times;
    }

    /// <inheritdoc/>
    public void Dispose() => _times.Dispose();
}
