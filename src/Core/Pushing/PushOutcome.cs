namespace FuncComet.Pushing;

/// <summary>How the push of a copy ends.</summary>
public enum PushOutcome
{
    /// <summary>It is stored durably.</summary>
    Stored,

    /// <summary>It was written to a client that waited, and is not stored.</summary>
    Written,

    /// <summary>As many messages as may wait are waiting; nothing was stored.</summary>
    MailboxFull,

    /// <summary>Storage did not answer, after its client's own retries; the copy is not known to be stored.</summary>
    StorageFailed,
}
