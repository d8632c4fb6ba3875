using System.Net;

namespace FuncComet.Client.Reading;

/// <summary>
/// Tells refusals that pass from those that last. An app that restarts, or a proxy before it, may answer 403 or 404 for a while. So once a
/// poll has succeeded, they are bearable for two minutes. Without a success before, the address or the token is wrong.
/// </summary>
internal sealed class RefusalPatience(TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private bool _hasSucceeded;
    private long? _firstRefusal;

    public void Succeeded() => (_hasSucceeded, _firstRefusal) = (true, null);

    /// <summary>Whether to poll on after this error. The two minutes begin with the first refusal after a success.</summary>
    public bool Bears(FuncCometException error)
    {
        if (!_hasSucceeded || error.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.NotFound))
        {
            return false;
        }

        _firstRefusal ??= time.GetTimestamp();
        return time.GetElapsedTime(_firstRefusal.Value) < Limit;
    }
}
