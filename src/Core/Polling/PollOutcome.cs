namespace FuncComet.Polling;

/// <summary>How a poll ends: in exactly one of these ways. <see cref="LongPoll"/> decides which.</summary>
public enum PollOutcome
{
    /// <summary>A message was written to a client that was there, and is deleted.</summary>
    Delivered,

    /// <summary>The timeout ran out with nothing to deliver.</summary>
    TimedOut,

    /// <summary>The client left, or the host called its request off; what had been received for it is back in the mailbox.</summary>
    ClientGone,

    /// <summary>This instance is shutting down; the client polls again, elsewhere.</summary>
    HostStopping,

    /// <summary>This instance holds as many polls as it may, in all or of this recipient; nothing was asked of Storage.</summary>
    TooManyPolls,

    /// <summary>Storage did not answer, after its client's own retries.</summary>
    StorageFailed,
}

internal static class PollOutcomes
{
    /// <summary>The tag that telemetry gives it.</summary>
    public static string Tag(this PollOutcome outcome) => outcome switch
    {
        PollOutcome.Delivered => "delivered",
        PollOutcome.TimedOut => "timed_out",
        PollOutcome.ClientGone => "client_gone",
        PollOutcome.HostStopping => "host_stopping",
        PollOutcome.TooManyPolls => "too_many_polls",
        _ => "storage_failed",
    };
}
