using System.Net;

namespace FuncComet.Client.Reading;

/// <summary>
/// Distinguishes an app that is too old to renew leases from one that is restarting: both may answer 403, 404 or 405. An app that has
/// renewed a lease once can do so. Another is asked again when a next renewal is due, because it may be restarting or be replaced.
/// </summary>
internal sealed class RenewalSupport
{
    private volatile bool _isKnown;
    private int _isReported;

    public void Succeeded() => _isKnown = true;

    /// <summary>Whether this answer may mean that the app is too old.</summary>
    public bool IsMissing(FuncCometException error) => !_isKnown && IsAmbiguous(error);

    /// <summary>Whether to ask again within the lease.</summary>
    public bool MayPass(FuncCometException error) => error.IsTransient || (_isKnown && IsAmbiguous(error));

    /// <summary>True once, for the one warning.</summary>
    public bool IsFirstReport() => Interlocked.Exchange(ref _isReported, 1) == 0;

    private static bool IsAmbiguous(FuncCometException error) =>
        error.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;
}
