using System.Diagnostics;
using FuncComet.Mailboxes;
using FuncComet.Recipients;

namespace FuncComet.Polling;

/// <summary>The parameters of a poll.</summary>
/// <param name="Recipient">The recipient whose mailbox is polled.</param>
/// <param name="Timeout">How long to wait; zero looks once.</param>
public sealed record PollRequest(Recipient Recipient, TimeSpan Timeout)
{
    /// <summary>The shortest lease, in seconds.</summary>
    public const int MinLeaseSeconds = 5;

    /// <summary>The longest lease: one hour, in seconds.</summary>
    public const int MaxLeaseSeconds = 3_600;

    /// <summary>The maximum number of messages in one answer: Storage hands out no more at once.</summary>
    public const int MaxMessages = 32;

    /// <summary>Receipts of earlier deliveries, acknowledged before the wait begins.</summary>
    public IReadOnlyList<Receipt> Acknowledges { get; init; } = [];

    /// <summary>
    /// Lease mode: how long the messages stay hidden unless they are acknowledged; whole seconds. Null is plain mode:
    /// messages are deleted after they have been written.
    /// </summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The trace that it belongs to; the default if it came without one.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>The maximum number of messages in the answer, 1 to 32. The poll never waits for more than the first.</summary>
    public int Max { get; init; } = 1;
}
