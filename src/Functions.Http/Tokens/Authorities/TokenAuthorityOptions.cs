namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>
/// An identity provider whose access tokens count as tokens of recipients: <c>FuncComet__Token__Authorities__0__…</c>.
/// </summary>
public sealed class TokenAuthorityOptions
{
    /// <summary>The section of the first one. Others are numbered from 1.</summary>
    public const string SectionName = $"{TokenOptions.SectionName}:Authorities:0";

    /// <summary>
    /// The <c>iss</c> of its tokens: an HTTPS address (HTTP only for this machine), below which
    /// <c>/.well-known/openid-configuration</c> answers.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>An <c>aud</c> of the tokens, 1 to 200 characters: the provider's name of this app.</summary>
    public string Audience { get; set; } = "";

    /// <summary>
    /// The claim that names the recipient, 1 to 200 characters. Default: <c>sub</c>. <c>email</c> counts only if the token says that
    /// the address is verified.
    /// </summary>
    public string RecipientClaim { get; set; } = "sub";

    /// <summary>The recipient's name, in which <c>{0}</c> stands for the claim's value. Default: <c>{0}</c>.</summary>
    public string RecipientFormat { get; set; } = "{0}";
}
