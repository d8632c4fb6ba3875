using FuncComet.Recipients;

namespace FuncComet.Polling;

/// <summary>What a poll asks for.</summary>
/// <param name="Recipient">Whose mailbox.</param>
/// <param name="Timeout">How long to wait; zero looks once.</param>
public sealed record PollRequest(Recipient Recipient, TimeSpan Timeout)
{
    /// <summary>The shortest lease, in seconds.</summary>
    public const int MinLeaseSeconds = 5;

    /// <summary>The longest lease: an hour, in seconds.</summary>
    public const int MaxLeaseSeconds = 3_600;

    /// <summary>The most messages of one answer: Storage hands out no more at a time.</summary>
    public const int MostMessages = 32;

    /// <summary>When it came, as the clock's timestamp, where that was before its wait begins; what went before counts against its time.</summary>
    public long? Began { get; init; }

    /// <summary>
    /// Lease mode: how long the messages stay hidden unless they are acknowledged; whole seconds. Null is plain mode: they are deleted when they have
    /// been written.
    /// </summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The most messages of the answer, 1 to 32. It never waits for more than the first.</summary>
    public int Max { get; init; } = 1;
}
