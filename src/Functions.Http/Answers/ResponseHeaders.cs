using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Answers;

/// <summary>The protocol's response headers, and those that every response carries.</summary>
internal static class ResponseHeaders
{
    public const string Expired = "Comet-Expired";
    public const string MessageId = "Comet-Message-Id";
    public const string Time = "Comet-Time";
    public const string Deliveries = "Comet-Deliveries";
    public const string Receipt = "Comet-Receipt";
    public const string Version = "Comet-Version";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string PreferenceApplied = "Preference-Applied";

    // Lets scripts on other origins read these headers. The platform's CORS settings cannot.
    private static readonly string Exposed = string.Join(
        ", ",
        MessageId,
        Time,
        Deliveries,
        Receipt,
        Expired,
        IdempotencyKey,
        PreferenceApplied,
        "Retry-After",
        "WWW-Authenticate");

    /// <summary>
    /// Sets the headers that every response carries. A sender chooses both the bytes and the content type of a body, so it is untrusted:
    /// a browser must not guess another type, and an HTML body must have neither scripts nor this origin. What stands in front of the app
    /// must neither keep an answer, nor change its bytes, nor hold it back until more has come.
    /// </summary>
    public static void Set(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store, no-transform";
        headers["X-Accel-Buffering"] = "no";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox";
        headers.AccessControlExposeHeaders = Exposed;
    }
}
