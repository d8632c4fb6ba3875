namespace FuncComet.Pushing;

/// <summary>How the push of a copy ends.</summary>
public enum PushOutcome
{
    /// <summary>It is stored durably.</summary>
    Stored,

    /// <summary>It was written to the client of a waiting poll, and is not stored.</summary>
    Written,

    /// <summary>The mailbox already holds the maximum number of messages; nothing was stored.</summary>
    MailboxFull,

    /// <summary>Storage did not answer, even after the storage client's own retries. Whether the copy is stored is unknown.</summary>
    StorageFailed,
}
