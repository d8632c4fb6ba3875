using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;

namespace FuncComet.Waiting;

/// <summary>
/// How far the pauses of each recipient's polls have grown on this instance (<see cref="Backoff"/>), so that the next
/// poll of a quiet mailbox does not restart with the shortest pause.
/// </summary>
/// <remarks>Forgetting a recipient costs a few early looks, so the cache needs only a bound on memory.</remarks>
public sealed class RememberedSteps(TimeProvider time) : IDisposable
{
    private const int MaxRecipients = 100_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _steps = new(new MemoryCacheOptions { SizeLimit = MaxRecipients });

    /// <summary>The step that the recipient's polls reached within the last five minutes, or 0.</summary>
    public int Of(Recipient recipient) =>
        _steps.TryGetValue(recipient, out Reached reached) && time.GetElapsedTime(reached.At) < Lifetime ? reached.Step : 0;

    /// <summary>Remembers the step for the recipient's next poll.</summary>
    public void Remember(Recipient recipient, int step)
    {
        if (step == 0)
        {
            _steps.Remove(recipient);
            return;
        }

        using var entry = _steps.CreateEntry(recipient);
        entry.Value = new Reached(step, time.GetTimestamp());
        entry.Size = 1;

        // The cache frees memory by its own clock. Whether a step still counts is decided above.
        entry.AbsoluteExpirationRelativeToNow = Lifetime;
    }

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();

    private readonly record struct Reached(int Step, long At);
}
