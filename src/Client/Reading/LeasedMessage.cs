namespace FuncComet.Client.Reading;

/// <summary>A message of a batch and its lease. <see cref="LeasedBatch"/> guards it by its lock.</summary>
internal sealed class LeasedMessage(CometMessage message, long granted, TimeSpan lease)
{
    public CometMessage Message => message;

    /// <summary>When its lease began, as a <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Granted { get; set; } = granted;

    /// <summary>How long its lease lasts from then on.</summary>
    public TimeSpan Lease { get; set; } = lease;

    /// <summary>Whether it is handled. It is acknowledged when the batch is over.</summary>
    public bool IsHandled { get; set; }

    /// <summary>Whether it is given up: its lease is over or about to end, and somebody else may get it.</summary>
    public bool IsLost { get; set; }

    /// <summary>
    /// Whether the last renewal brought no new receipt. The app may have renewed the lease all the same: then the receipt is worth nothing,
    /// and the message comes again.
    /// </summary>
    public bool IsUncertain { get; set; }

    /// <summary>Whether its lease is to be renewed. A handled message is acknowledged, even if it is abandoned after that.</summary>
    public bool IsOpen => !IsLost && (IsHandled || !message.IsAbandoned);
}
