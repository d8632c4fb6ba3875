using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FuncComet.Functions.Requests;

/// <summary>The trace that a request belongs to.</summary>
internal static class RequestTrace
{
    /// <summary>
    /// What its W3C headers say; the default where they say nothing or nothing valid. On the Functions host they are those of the host's own request
    /// activity, which continues the client's.
    /// </summary>
    public static ActivityContext Of(HttpRequest request) =>
        ActivityContext.TryParse(request.Headers[HeaderNames.TraceParent], request.Headers[HeaderNames.TraceState], isRemote: true, out var trace) ? trace : default;
}
