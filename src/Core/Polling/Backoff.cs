using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace FuncComet.Polling;

/// <summary>
/// The pauses of a poll: each twice the one before, up to the longest, each shortened by a little chance. How far a recipient's polls have
/// come is remembered on this instance, so that the next poll of a quiet mailbox does not begin anew with short pauses; and so is what is hidden in its mailbox, since
/// nobody rings when that comes up.
/// </summary>
public sealed class Backoff(IOptions<BackoffOptions> options, Random random, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    // So often do long pauses end.
    private static readonly TimeSpan Moments = TimeSpan.FromMilliseconds(100);

    private readonly long _began = time.GetTimestamp();

    // A recipient that is forgotten costs a few early looks, no more; so a bound on memory is all this needs. What is too old is told by our own
    // clock; the cache's only frees memory.
    private readonly MemoryCache _steps = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly MemoryCache _expected = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    // A lease or a delay begins at Storage a little after it was asked for, and ends by Storage's clock.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    /// <summary>The pause after <paramref name="step"/> looks in vain since something last happened.</summary>
    /// <param name="recipient">Whose mailbox is looked into.</param>
    /// <param name="step">How many.</param>
    /// <param name="unheard">True where pushes at other instances should wake the poll and cannot for now: it then looks oftener.</param>
    public TimeSpan Pause(Recipient recipient, int step, bool unheard = false)
    {
        var longest = unheard && options.Value.Maximum > BackoffOptions.LongestUnheard ? BackoffOptions.LongestUnheard : options.Value.Maximum;

        // From 2^30 on the longest pause has long been reached; the bound keeps the shift from overflowing.
        var pause = options.Value.Initial * (1L << Math.Min(step, 30));
        pause = pause < longest ? pause : longest;
        pause = Together(pause * (1 - (options.Value.Jitter * random.NextDouble())));
        return ExpectedIn(recipient) is { } expected && expected < pause ? expected : pause;
    }

    /// <summary>
    /// A message is hidden, under a lease or a delay, and comes up <paramref name="within"/> this time if nobody removes it: by then the recipient's polls look, however long
    /// their pause would be.
    /// </summary>
    public void Expect(Recipient recipient, TimeSpan within)
    {
        var due = time.GetUtcNow() + within;
        var now = time.GetUtcNow();

        // Of several the first and the last are remembered; between the two is looked as by those whom nobody wakes.
        var first = _expected.TryGetValue(recipient, out Hidden known) && known.Until > now && known.From < due ? known.From : due + Soon;
        var last = known.Until > due + Late ? known.Until : due + Late;
        using var entry = _expected.CreateEntry(recipient);
        entry.Value = new Hidden(first, last);
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = last - now;
    }

    /// <summary>
    /// Of thousands of idle polls some look at a time, though each at a time of its own: what wakes the process, its threads and its connections to Storage then does so for several
    /// looks, which is nearly half of what they cost. A little earlier is no matter for pauses that are as long as only those have who are rung from everywhere.
    /// </summary>
    private TimeSpan Together(TimeSpan pause) =>
        pause <= BackoffOptions.LongestUnheard ? pause : pause - TimeSpan.FromTicks((time.GetElapsedTime(_began) + pause).Ticks % Moments.Ticks);

    private TimeSpan? ExpectedIn(Recipient recipient)
    {
        var now = time.GetUtcNow();
        if (!_expected.TryGetValue(recipient, out Hidden hidden) || hidden.Until <= now)
        {
            return null;
        }

        var last = hidden.Until - now;
        return now < hidden.From ? hidden.From - now
            : last < BackoffOptions.LongestUnheard ? last
            : BackoffOptions.LongestUnheard;
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
    public void Dispose()
    {
        _steps.Dispose();
        _expected.Dispose();
    }

    private readonly record struct Reached(int Step, long At);

    private readonly record struct Hidden(DateTimeOffset From, DateTimeOffset Until);
}
