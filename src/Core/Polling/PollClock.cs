using FuncComet.Mailboxes;

namespace FuncComet.Polling;

/// <summary>
/// The time a poll has, and how far what it has begun may run over. All of it stays below the 10 seconds that separate the longest timeout
/// from the host's limit, where the host would end every poll of the instance; each step leaves room for the next.
/// </summary>
internal readonly struct PollClock(TimeProvider time, long began, TimeSpan timeout)
{
    // A poll with timeout=0 must have the time to look, too.
    private static readonly TimeSpan LookOverrun = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandoverOverrun = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReceiveOverrun = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan AnswerOverrun = TimeSpan.FromSeconds(7.5);
    private static readonly TimeSpan SettleOverrun = TimeSpan.FromSeconds(9);

    /// <summary>How long the poll has been held.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>How long it may still wait; not above zero when its timeout has run out.</summary>
    public TimeSpan Left => timeout - Elapsed;

    /// <summary>How long it may still wait for its first look to begin, where another poll's is under way.</summary>
    public TimeSpan LeftForTheFirstLook => Left + LookOverrun;

    /// <summary>How long it may still wait for the message that a push is sending for it.</summary>
    public TimeSpan LeftForAHandover => Left + HandoverOverrun;

    /// <summary>The longest that a look may take now.</summary>
    public TimeSpan ForLook => Within(LookOverrun, Mailbox.Deadline);

    /// <summary>The longest that a receive may take now.</summary>
    public TimeSpan ForReceive => Within(ReceiveOverrun, Mailbox.Deadline);

    /// <summary>The longest that writing the answer may take now, under a lease that still has <paramref name="leaseLeft"/>.</summary>
    public TimeSpan ForAnswer(TimeSpan leaseLeft) => Within(AnswerOverrun, leaseLeft);

    /// <summary>The longest that deleting or giving back may take now.</summary>
    public TimeSpan ForSettle => Within(SettleOverrun, Mailbox.Deadline);

    private TimeSpan Within(TimeSpan overrun, TimeSpan most)
    {
        var left = Left + overrun;
        left = left < most ? left : most;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
