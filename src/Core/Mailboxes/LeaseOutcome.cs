namespace FuncComet.Mailboxes;

/// <summary>How a request to change a lease can end.</summary>
public enum LeaseOutcome
{
    /// <summary>Storage has changed it. The old receipt is worth nothing from then on.</summary>
    Changed,

    /// <summary>
    /// The receipt holds its message no longer: the message is gone or about to expire, somebody else has received it, or its lease was
    /// changed before.
    /// </summary>
    Expired,

    /// <summary>Storage did not answer: the lease may or may not have been changed.</summary>
    Failed,
}
