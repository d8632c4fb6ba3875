namespace FuncComet.Mailboxes;

/// <summary>Storage did not answer, is throttling or refused us, after its client's own retries. Nothing is known to have changed.</summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Says nothing more.</summary>
    public StorageUnavailableException()
    {
    }

    /// <summary>With what was tried.</summary>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With what was tried and the client's own account of it.</summary>
    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
