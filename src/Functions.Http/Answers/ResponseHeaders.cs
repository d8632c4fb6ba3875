using Microsoft.AspNetCore.Http;

namespace FuncComet.Functions.Answers;

/// <summary>What every answer carries.</summary>
internal static class ResponseHeaders
{
    public const string Expired = "Comet-Expired";
    public const string MessageId = "Comet-Message-Id";
    public const string Time = "Comet-Time";
    public const string Deliveries = "Comet-Deliveries";
    public const string Receipt = "Comet-Receipt";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string PreferenceApplied = "Preference-Applied";

    // What a script on another origin may read beyond what CORS always allows; the platform's CORS has no setting for it.
    private static readonly string Exposed = string.Join(", ", MessageId, Time, Deliveries, Receipt, Expired, IdempotencyKey, PreferenceApplied, "Retry-After", "WWW-Authenticate");

    /// <summary>
    /// Nothing is stored on the way. A body is others' bytes, of a type that they chose: a browser takes it for no other type, and a page among
    /// them has no script and no origin.
    /// </summary>
    public static void Set(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox";
        headers.AccessControlExposeHeaders = Exposed;
    }
}
