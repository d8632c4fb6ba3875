namespace FuncComet.Client;

/// <summary>
/// Some copies of a push may not be stored: all attempts were used up, or a later one was refused. To try again, push to the recipients in
/// <see cref="Failed"/>, with this <see cref="Key"/>. The <see cref="Exception.InnerException"/> is the failure of the last attempt. This
/// exception has its code, detail and status.
/// </summary>
public sealed class PushFailedException : FuncCometException
{
    internal PushFailedException(
        FuncCometException failure,
        string key,
        IReadOnlyList<PushedCopy> accepted,
        IReadOnlyList<FailedCopy> failed)
        : base(failure) => (Key, Accepted, Failed) = (key, accepted, failed);

    /// <summary>The idempotency key of all attempts: the message's own, or the one that was made for this push.</summary>
    public string Key { get; }

    /// <summary>The copies that are stored.</summary>
    public IReadOnlyList<PushedCopy> Accepted { get; }

    /// <summary>The copies that may not be stored, in the order of the recipients.</summary>
    public IReadOnlyList<FailedCopy> Failed { get; }
}
