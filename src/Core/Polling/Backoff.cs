using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>
/// The pauses of a poll: each twice the one before, up to the longest, each shortened by a little chance. How far a recipient's polls have
/// come is remembered on this instance, so that the next poll of a quiet mailbox does not begin anew with short pauses.
/// </summary>
public sealed class Backoff(IOptions<BackoffOptions> options, Random random, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    // A recipient that is forgotten costs a few early looks, no more; so a bound on memory is all this needs. What is too old is told by our own
    // clock; the cache's only frees memory.
    private readonly MemoryCache _steps = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>The pause after <paramref name="step"/> looks in vain since something last happened.</summary>
    /// <param name="step">How many.</param>
    /// <param name="unheard">True where pushes at other instances should wake the poll and cannot for now: it then looks oftener.</param>
    public TimeSpan Pause(int step, bool unheard = false)
    {
        var longest = unheard && options.Value.Maximum > BackoffOptions.LongestUnheard ? BackoffOptions.LongestUnheard : options.Value.Maximum;

        // From 2^30 on the longest pause has long been reached; the bound keeps the shift from overflowing.
        var pause = options.Value.Initial * (1L << Math.Min(step, 30));
        pause = pause < longest ? pause : longest;
        return pause * (1 - (options.Value.Jitter * random.NextDouble()));
    }

    /// <summary>The step that this recipient's polls had reached; 0 where nothing is known.</summary>
    public int StepOf(Recipient recipient) =>
        _steps.TryGetValue(recipient, out Reached reached) && time.GetElapsedTime(reached.At) < Remembered ? reached.Step : 0;

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
        entry.AbsoluteExpirationRelativeToNow = Remembered;
    }

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();

    private readonly record struct Reached(int Step, long At);
}
