using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;

namespace FuncComet.Waiting;

/// <summary>
/// What the looks of each recipient's polls have led to on this instance: how far the pauses have grown
/// (<see cref="Backoff"/>), which hidden messages were counted, and which presences were found. So the next poll of a
/// quiet mailbox does not restart with the shortest pause, nor with looking for a message that stays hidden for days.
/// </summary>
/// <remarks>Forgetting a recipient costs a few early looks, so the cache needs only a bound on memory.</remarks>
public sealed class RememberedLooks(TimeProvider time) : IDisposable
{
    private const int MaxRecipients = 100_000;

    private static readonly TimeSpan StepLifetime = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _looks = new(new MemoryCacheOptions { SizeLimit = MaxRecipients });

    /// <summary>
    /// The step that the recipient's polls reached within the last five minutes, or 0, and what was counted and which
    /// presences were known within the last ten.
    /// </summary>
    internal (int Step, HiddenCount Hidden, KnownPresences Presences) Of(Recipient recipient)
    {
        if (!_looks.TryGetValue(recipient, out Reached reached))
        {
            return default;
        }

        var age = time.GetElapsedTime(reached.At);
        return age < HiddenCount.Watched
            ? (age < StepLifetime ? reached.Step : 0, reached.Hidden, reached.Presences)
            : default;
    }

    /// <summary>Remembers all of it for the recipient's next poll.</summary>
    internal void Remember(Recipient recipient, int step, HiddenCount hidden = default, KnownPresences presences = default)
    {
        if (step == 0 && hidden.Messages == 0 && presences == default)
        {
            _looks.Remove(recipient);
            return;
        }

        using var entry = _looks.CreateEntry(recipient);
        entry.Value = new Reached(step, hidden, presences, time.GetTimestamp());
        entry.Size = 1;

        // The cache frees memory by its own clock. What still counts is decided above.
        entry.AbsoluteExpirationRelativeToNow = HiddenCount.Watched;
    }

    /// <inheritdoc/>
    public void Dispose() => _looks.Dispose();

    private readonly record struct Reached(int Step, HiddenCount Hidden, KnownPresences Presences, long At);
}
