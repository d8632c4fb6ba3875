namespace FuncComet.Client;

/// <summary>
/// Some leases may not have been renewed or released. This exception has the code, detail and status of the request that failed, which is
/// the <see cref="Exception.InnerException"/>.
/// </summary>
public sealed class LeaseFailedException : FuncCometException
{
    internal LeaseFailedException(
        FuncCometException failure,
        IReadOnlyList<RenewedLease> leases,
        IReadOnlyList<string> expired,
        IReadOnlyList<string> failed)
        : base(failure) => (Leases, Expired, Failed) = (leases, expired, failed);

    /// <summary>The leases that are renewed, with their new receipts; none after a release.</summary>
    public IReadOnlyList<RenewedLease> Leases { get; }

    /// <summary>The receipts whose lease was over.</summary>
    public IReadOnlyList<string> Expired { get; }

    /// <summary>
    /// The receipts whose outcome is unknown: their leases may or may not be renewed or released. If the answer to a renewal was lost,
    /// nobody has the new receipt: the message comes again when that lease ends.
    /// </summary>
    public IReadOnlyList<string> Failed { get; }
}
