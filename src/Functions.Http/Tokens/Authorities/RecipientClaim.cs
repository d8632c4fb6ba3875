namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>The claim that names the recipient, and the format that makes a recipient's name of it.</summary>
internal sealed record RecipientClaim(string Name, RecipientFormat Format)
{
    private const string Email = "email";

    // Standard claim of OpenID Connect, and Microsoft Entra ID's own.
    private static readonly string[] EmailVerified = ["email_verified", "xms_edov"];

    /// <summary>The recipient's name; null if the token has none. An e-mail address that nobody has verified can be anybody's.</summary>
    public string? RecipientOf(TokenClaims claims) =>
        claims.Text(Name) is { Length: > 0 } value && (Name != Email || EmailVerified.Any(claims.IsTrue)) ? Format.NameOf(value) : null;
}
