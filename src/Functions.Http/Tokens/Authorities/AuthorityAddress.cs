namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>Which addresses an identity provider may have: what comes from them decides who may read which mailbox.</summary>
internal static class AuthorityAddress
{
    /// <summary>The requirement on every address, for error messages.</summary>
    public const string Rule = "must be an https:// address without query and fragment (http:// only for localhost).";

    // Instead of a tenant's id in issuers of Microsoft Entra ID. Anybody can have a tenant, and so a token of one of them.
    private static readonly string[] ManyTenants = ["common", "organizations"];

    /// <summary>Whether an address fulfils <see cref="Rule"/>.</summary>
    public static bool IsAllowed(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.Query.Length == 0
        && address.Fragment.Length == 0
        && address.UserInfo.Length == 0;

    /// <summary>Why a text can be no issuer; null if it can.</summary>
    public static string? FaultOf(string issuer) =>
        !IsAllowed(issuer) ? Rule
            : new Uri(issuer).Segments is [_, var first, ..]
                && first.TrimEnd('/') is var tenant
                && ManyTenants.Contains(tenant, StringComparer.OrdinalIgnoreCase)
                ? $"has {tenant} in place of a tenant: name the one tenant that may use this app."
                : null;
}
