using System.Diagnostics.CodeAnalysis;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>Which addresses an identity provider may have: what comes from them decides who may read which mailbox.</summary>
internal static class AuthorityAddress
{
    /// <summary>The requirement, for error messages.</summary>
    public const string Rule = "must be an https:// address without query and fragment (http:// only for localhost).";

    /// <summary>Whether the address fulfils <see cref="Rule"/>.</summary>
    public static bool IsAllowed(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.Query.Length == 0
        && address.Fragment.Length == 0
        && address.UserInfo.Length == 0;
}
