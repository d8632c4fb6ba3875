using FuncComet.Recipients;
using Microsoft.Extensions.Options;

namespace FuncComet.Offline;

/// <summary>
/// Remembers when this instance's notes become visible. A note calls for all messages of its recipient that can be
/// received by then, so a message needs a note of its own only if none becomes visible between the time when it can be
/// received and <see cref="OfflineOptions.After"/> later.
/// </summary>
/// <remarks>Forgetting a note costs one more note.</remarks>
internal sealed class NoteLimit(IOptions<OfflineOptions> options, TimeProvider time) : IDisposable
{
    // Of one recipient: messages with different delays and leases have notes at different times.
    private const int MaxNotes = 8;

    private readonly PassingMemory<Recipient, TimeSpan[]> _notes = new(time);
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

            _notes.Remember(recipient, [.. known.Where(note => note >= now).TakeLast(MaxNotes - 1), visible]);
            return visible;
        }
    }

    /// <summary>Forgets a note that was not written after all.</summary>
    public void GiveBack(Recipient recipient, TimeSpan visible)
    {
        lock (_gate)
        {
            TimeSpan[] others = [.. Of(recipient).Where(note => note != visible)];
            if (others.Length == 0)
            {
                _notes.Forget(recipient);
            }
            else
            {
                _notes.Remember(recipient, others);
            }
        }
    }

    /// <summary>Forgets the recipient's notes.</summary>
    public void Forget(Recipient recipient) => _notes.Forget(recipient);

    public void Dispose() => _notes.Dispose();

    private TimeSpan[] Of(Recipient recipient) => _notes.Of(recipient)?.Value ?? [];
}
