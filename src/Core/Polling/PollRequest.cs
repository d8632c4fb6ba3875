using System.Diagnostics;
using FuncComet.Mailboxes;
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
    public const int MaxMessages = 32;

    /// <summary>Receipts of earlier deliveries, acknowledged before the wait begins.</summary>
    public IReadOnlyList<Receipt> Acknowledges { get; init; } = [];

    /// <summary>
    /// Lease mode: how long the messages stay hidden unless they are acknowledged; whole seconds. Null is plain mode: they are deleted when they have
    /// been written.
    /// </summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The trace that it belongs to; the default where it came with none.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>The most messages of the answer, 1 to 32. It never waits for more than the first.</summary>
    public int Max { get; init; } = 1;
}
