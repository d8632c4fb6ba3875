namespace FuncComet.Polling;

/// <summary>How many polls this instance holds.</summary>
public sealed class HeldPolls
{
    private int _count;

    /// <summary>Polls that have begun and not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    internal void Enter() => Interlocked.Increment(ref _count);

    internal int Leave() => Interlocked.Decrement(ref _count);
}
