namespace FuncComet.Polling;

/// <summary>How a poll ends: in exactly one of these ways. <see cref="LongPoll"/> decides which.</summary>
public enum PollEnd
{
    /// <summary>A message was written to a client that was there, and is deleted.</summary>
    Delivered,

    /// <summary>The timeout ran out with nothing to deliver.</summary>
    TimedOut,

    /// <summary>The client left, or the host called its request off; what had been received for it is back in the mailbox.</summary>
    ClientGone,

    /// <summary>This instance is shutting down; the client polls again, elsewhere.</summary>
    HostStopping,

    /// <summary>Storage did not answer, after its client's own retries.</summary>
    StorageFailed,
}
