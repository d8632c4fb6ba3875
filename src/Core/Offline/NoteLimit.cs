using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace FuncComet.Offline;

/// <summary>
/// Remembers when this instance's notes become visible. A note calls for all messages of its recipient that can be
/// received by then, so a message needs a note of its own only if none becomes visible between the time when it can be
/// received and <see cref="OfflineOptions.After"/> later.
/// </summary>
/// <remarks>Forgetting a note costs one more note, so the cache needs only a bound on memory.</remarks>
internal sealed class NoteLimit(IOptions<OfflineOptions> options, TimeProvider time) : IDisposable
{
    private const int MaxRecipients = 100_000;

    // Of one recipient: messages with different delays and leases have notes at different times.
    private const int MaxNotes = 8;

    private readonly MemoryCache _notes = new(new MemoryCacheOptions { SizeLimit = MaxRecipients });
    private readonly long _began = time.GetTimestamp();
    private readonly Lock _gate = new();

    /// <summary>
    /// Takes note that one becomes visible at <paramref name="visibleIn"/> from now; null if another covers its message.
    /// Otherwise a value for <see cref="GiveBack"/>.
    /// </summary>
    public TimeSpan? TryTake(Recipient recipient, TimeSpan visibleIn)
    {
        var now = time.GetElapsedTime(_began);
        var visible = now + visibleIn;
        lock (_gate)
        {
            var known = Of(recipient);
            if (Array.Exists(known, note => note >= visible - options.Value.After && note <= visible))
            {
                return null;
            }

            Remember(recipient, [.. known.Where(note => note >= now).TakeLast(MaxNotes - 1), visible], now);
            return visible;
        }
    }

    /// <summary>Forgets a note that was not written after all.</summary>
    public void GiveBack(Recipient recipient, TimeSpan visible)
    {
        lock (_gate)
        {
            Remember(recipient, [.. Of(recipient).Where(note => note != visible)], time.GetElapsedTime(_began));
        }
    }

    public void Dispose() => _notes.Dispose();

    private TimeSpan[] Of(Recipient recipient) => _notes.TryGetValue(recipient, out TimeSpan[]? known) ? known! : [];

    private void Remember(Recipient recipient, TimeSpan[] notes, TimeSpan now)
    {
        if (notes.Length == 0)
        {
            _notes.Remove(recipient);
            return;
        }

        using var entry = _notes.CreateEntry(recipient);
        entry.Value = notes;
        entry.Size = 1;

        // The cache frees memory by its own clock. What still counts is decided above.
        entry.AbsoluteExpirationRelativeToNow = notes.Max() - now + options.Value.After;
    }
}
