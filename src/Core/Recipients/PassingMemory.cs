using Microsoft.Extensions.Caching.Memory;

namespace FuncComet.Recipients;

/// <summary>
/// Remembers a value for each recipient, for at most ten minutes after it was set last. So an instance forgets a recipient that was erased
/// at another instance. What is forgotten too early costs requests or a longer pause, never a message: a new instance remembers nothing
/// either. So the number of values can be bounded too.
/// </summary>
internal sealed class PassingMemory<TKey, TValue>(TimeProvider time) : IDisposable
    where TKey : notnull
{
    /// <summary>How long a value is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int MaxCount = 100_000;

    private readonly MemoryCache _values = new(new MemoryCacheOptions { SizeLimit = MaxCount });

    /// <summary>The value and its age; null if there is none.</summary>
    public (TValue Value, TimeSpan Age)? Of(TKey key) =>
        _values.TryGetValue(key, out Set value) && time.GetElapsedTime(value.At) is var age && age < Lifetime ? (value.Value, age) : null;

    /// <summary>Sets the value, which begins its time anew.</summary>
    public void Remember(TKey key, TValue value)
    {
        using var entry = _values.CreateEntry(key);
        entry.Value = new Set(value, time.GetTimestamp());
        entry.Size = 1;

        // The cache frees memory by its own clock. What still counts is decided above.
        entry.AbsoluteExpirationRelativeToNow = Lifetime;
    }

    /// <summary>Forgets the value.</summary>
    public void Forget(TKey key) => _values.Remove(key);

    /// <inheritdoc/>
    public void Dispose() => _values.Dispose();

    private readonly record struct Set(TValue Value, long At);
}
