using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Requests;

/// <summary>Reads the trace that a request belongs to.</summary>
internal static class RequestTrace
{
    /// <summary>
    /// Reads the W3C trace headers; the default context if they are missing or malformed. On the Functions host they are the headers of the
    /// host's own request activity, whose parent is the client's.
    /// </summary>
    public static ActivityContext Of(HttpRequest request)
    {
        var headers = request.Headers;
        return ActivityContext.TryParse(headers[HeaderNames.TraceParent], headers[HeaderNames.TraceState], isRemote: true, out var trace)
            ? trace
            : default;
    }
}
