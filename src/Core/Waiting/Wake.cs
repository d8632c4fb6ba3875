using FuncComet.Mailboxes;

namespace FuncComet.Waiting;

/// <summary>The instruction with which a waiting poll is woken.</summary>
/// <param name="Reason">What the poll must do.</param>
/// <param name="Message">With <see cref="WakeReason.Deliver"/>: the message, leased to this poll.</param>
/// <param name="Direct">
/// With <see cref="WakeReason.Deliver"/>, for a message that is not stored: the push that waits for the outcome.
/// </param>
internal readonly record struct Wake(WakeReason Reason, LeasedMessage? Message = null, DirectDelivery? Direct = null);

/// <summary>Why a waiting poll is woken. All but <see cref="Look"/> and <see cref="Receive"/> end its wait.</summary>
internal enum WakeReason
{
    /// <summary>It looks into the mailbox for all polls that wait in its room.</summary>
    Look,

    /// <summary>It receives without a look first: after a ring, a message is there unless another poll was faster.</summary>
    Receive,

    /// <summary>It delivers a message that a push has handed over.</summary>
    Deliver,

    /// <summary>Its timeout ran out.</summary>
    TimedOut,

    /// <summary>Its client has left, or the host has cancelled its request.</summary>
    ClientAborted,

    /// <summary>This instance is shutting down.</summary>
    HostStopping,

    /// <summary>Its recipient is erased.</summary>
    Erased,

    /// <summary>Storage did not answer the look that the poll needed.</summary>
    StorageFailed,
}
