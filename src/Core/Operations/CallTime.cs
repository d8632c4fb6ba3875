namespace FuncComet.Operations;

/// <summary>How long an operator's call may still work. What it has not done by then, the next call does.</summary>
internal sealed class CallTime
{
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly TimeSpan _length;
    private readonly long _start;

    /// <param name="time">The clock.</param>
    /// <param name="length">How long the call may begin further work.</param>
    /// <param name="stopping">Ends the call early: the instance stops.</param>
    public CallTime(TimeProvider time, TimeSpan length, CancellationToken stopping)
    {
        (_time, _length, _stopping) = (time, length, stopping);
        (Began, _start) = (time.GetUtcNow(), time.GetTimestamp());
    }

    /// <summary>When the call began, by the wall clock.</summary>
    public DateTimeOffset Began { get; }

    /// <summary>Whether the call must not begin further work.</summary>
    public bool IsOver => _stopping.IsCancellationRequested || _time.GetElapsedTime(_start) >= _length;

    /// <summary>A part of the call that ends with it, or earlier.</summary>
    public CallTime Part(TimeSpan length)
    {
        var left = _length - _time.GetElapsedTime(_start);
        return new CallTime(_time, left < length ? left : length, _stopping);
    }
}

/// <summary>The time limits of operators' calls.</summary>
internal static class CallLimits
{
    /// <summary>
    /// How long a call begins further work. The documents promise an answer after 60 seconds; the rest is for what is under way and for
    /// giving back.
    /// </summary>
    public static readonly TimeSpan Work = TimeSpan.FromSeconds(60) - DeadLetterReader.Lease;

    /// <summary>How long a call works at most to move older letters.</summary>
    public static readonly TimeSpan Older = TimeSpan.FromSeconds(10);

    /// <summary>How many recipients a call for all comes to at most.</summary>
    public const int Recipients = 1_000;

    /// <summary>How many requests of one step run at the same time.</summary>
    public const int AtOnce = 32;
}
