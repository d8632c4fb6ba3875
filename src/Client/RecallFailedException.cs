namespace FuncComet.Client;

/// <summary>
/// Some copies may be taken back or not. This exception has the code, detail and status of a request that failed, which is the <see
/// cref="Exception.InnerException"/>.
/// </summary>
public sealed class RecallFailedException : FuncCometException
{
    internal RecallFailedException(FuncCometException failure, IReadOnlyList<PushedCopy> recalled, IReadOnlyList<PushedCopy> failed)
        : base(failure) => (Recalled, Failed) = (recalled, failed);

    /// <summary>The copies that were taken back.</summary>
    public IReadOnlyList<PushedCopy> Recalled { get; }

    /// <summary>
    /// The copies that may or may not be taken back. You can recall them again, but a result of false then does not tell whether the copy
    /// was delivered or this recall had removed it.
    /// </summary>
    public IReadOnlyList<PushedCopy> Failed { get; }
}
