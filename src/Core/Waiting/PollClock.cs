using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>
/// The time that a poll has, and how far each step may overrun its timeout. The longest timeout ends 10 seconds before
/// the host's limit, at which the host would end every poll of the instance. All overruns stay below these 10 seconds,
/// and each leaves room for the next step.
/// </summary>
internal readonly struct PollClock(TimeProvider time, long began, TimeSpan timeout)
{
    /// <summary>How long after the timeout a first look may begin: a poll with timeout=0 also needs time to look.</summary>
    public static readonly TimeSpan LookOverrun = TimeSpan.FromSeconds(5);

    /// <summary>How long after its timeout a poll waits for the message that a push is sending to it.</summary>
    public static readonly TimeSpan HandOverOverrun = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReceiveOverrun = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan AnswerOverrun = TimeSpan.FromSeconds(7.5);
    private static readonly TimeSpan SettleOverrun = TimeSpan.FromSeconds(9);

    /// <summary>How long the poll has been held.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>How long it may still wait; zero or less when its timeout has run out.</summary>
    public TimeSpan Left => timeout - Elapsed;

    /// <summary>The longest time that a look may take now.</summary>
    public TimeSpan ForLook => Within(LookOverrun, Mailbox.Deadline);

    /// <summary>The longest time that a receive may take now.</summary>
    public TimeSpan ForReceive => Within(ReceiveOverrun, Mailbox.Deadline);

    /// <summary>The longest time that writing the answer may take now, under a lease with <paramref name="leaseLeft"/> left.</summary>
    public TimeSpan ForAnswer(TimeSpan leaseLeft) => Within(AnswerOverrun, leaseLeft);

    /// <summary>The longest time that deleting or giving back may take now.</summary>
    public TimeSpan ForSettle => Within(SettleOverrun, Mailbox.Deadline);

    private TimeSpan Within(TimeSpan overrun, TimeSpan longest)
    {
        var left = Left + overrun;
        left = left < longest ? left : longest;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
