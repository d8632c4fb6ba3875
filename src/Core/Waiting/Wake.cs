using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>What a waiting poll is woken with.</summary>
/// <param name="Reason">What it is to do.</param>
/// <param name="Message">With <see cref="WakeReason.Deliver"/>: the message, leased to this poll.</param>
/// <param name="Direct">With <see cref="WakeReason.Deliver"/>: the push that waits for the outcome, where the message is not stored.</param>
internal readonly record struct Wake(WakeReason Reason, LeasedMessage? Message = null, DirectDelivery? Direct = null);

/// <summary>Why a waiting poll is woken. All but <see cref="Look"/> and <see cref="Receive"/> end its wait.</summary>
internal enum WakeReason
{
    /// <summary>It looks into the mailbox for all who wait in its room.</summary>
    Look,

    /// <summary>The same after a ring: a message is there unless somebody else was faster, so it receives without a look.</summary>
    Receive,

    /// <summary>A push hands it a message.</summary>
    Deliver,

    /// <summary>Its timeout ran out.</summary>
    TimedOut,

    /// <summary>Its client has left, or the host has called its request off.</summary>
    ClientAborted,

    /// <summary>This instance is shutting down.</summary>
    HostStopping,

    /// <summary>Storage did not answer the look that it waited for.</summary>
    StorageFailed,
}
