using System.Net;

namespace FuncComet.Client.Reading;

/// <summary>
/// Tells an app that cannot renew leases, because it is an older version, from one that restarts: both may answer 403, 404 or 405. An app
/// that has renewed a lease once can do so. An older one is asked again for each batch that takes long, because it may be replaced.
/// </summary>
internal sealed class RenewalSupport
{
    private volatile bool _isKnown;
    private int _isReported;

    public void Succeeded() => _isKnown = true;

    /// <summary>Whether this answer means that the app does not know the function.</summary>
    public bool IsMissing(FuncCometException error) =>
        !_isKnown && error.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;

    /// <summary>Whether to ask again within the lease.</summary>
    public bool MayPass(FuncCometException error) => error.IsTransient
        || (_isKnown && error.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);

    /// <summary>True once, for the one warning.</summary>
    public bool IsFirstReport() => Interlocked.Exchange(ref _isReported, 1) == 0;
}
