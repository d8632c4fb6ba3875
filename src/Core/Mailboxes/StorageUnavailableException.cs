namespace FuncComet.Mailboxes;

/// <summary>
/// Storage did not answer, throttled or refused the request, even after the storage client's own retries. Whether
/// anything changed is unknown.
/// </summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Creates the exception without details.</summary>
    public StorageUnavailableException()
    {
    }

    /// <summary>Creates the exception with what was tried.</summary>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what was tried and the storage client's own error.</summary>
    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>How long Storage refuses the same request, if that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
