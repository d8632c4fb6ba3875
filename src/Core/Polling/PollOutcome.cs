namespace FuncComet.Polling;

/// <summary>How a poll ends: with exactly one of these outcomes. <see cref="LongPoll"/> decides which.</summary>
public enum PollOutcome
{
    /// <summary>A message was written to a client that was still connected.</summary>
    Delivered,

    /// <summary>The timeout ran out with nothing to deliver.</summary>
    TimedOut,

    /// <summary>
    /// The client left, or the host cancelled its request. Messages that had been received for it are back in the mailbox.
    /// </summary>
    ClientGone,

    /// <summary>This instance is shutting down; the client polls again at another one.</summary>
    HostStopping,

    /// <summary>The recipient is erased by this instance.</summary>
    Erased,

    /// <summary>
    /// This instance already holds the maximum number of polls, in total or for this recipient. It made no request to Storage.
    /// </summary>
    TooManyPolls,

    /// <summary>Storage did not answer, even after the storage client's own retries.</summary>
    StorageFailed,
}

internal static class PollOutcomes
{
    /// <summary>The outcome's tag in telemetry.</summary>
    public static string Tag(this PollOutcome outcome) => outcome switch
    {
        PollOutcome.Delivered => "delivered",
        PollOutcome.TimedOut => "timed_out",
        PollOutcome.ClientGone => "client_gone",
        PollOutcome.HostStopping => "host_stopping",
        PollOutcome.Erased => "erased",
        PollOutcome.TooManyPolls => "too_many_polls",
        _ => "storage_failed",
    };
}
