using System.ComponentModel.DataAnnotations;
using System.Text;
using FuncComet.Functions.Tokens.Authorities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FuncComet.Functions.Tokens;

/// <summary>The tokens with which recipients poll and acknowledge: <c>FuncComet__Token__…</c>.</summary>
public sealed class TokenOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "FuncComet:Token";

    /// <summary>The minimum length of a key in bytes of UTF-8, which HMAC-SHA256 requires.</summary>
    public const int MinKeyBytes = 32;

    /// <summary>
    /// If the platform cannot resolve a Key Vault reference, it leaves the reference as the setting's value, and that is not a secret.
    /// </summary>
    private const string UnresolvedReference = "@Microsoft.KeyVault(";

    /// <summary>The longest issuer, audience and name of a claim, in characters.</summary>
    internal const int MaxNameLength = 200;

    /// <summary>The requirement on them, for error messages.</summary>
    internal const string NameRule = "must be 1 to 200 characters.";

    /// <summary>
    /// Whether polls and acknowledgements need a token of their recipient. Default: true. With false, anyone who can reach the app can read
    /// and empty any mailbox whose name they know.
    /// </summary>
    public bool Required { get; set; } = true;

    /// <summary>
    /// The secret that signs and validates tokens: 32 or more bytes of UTF-8. Required unless <see cref="Required"/> is false, there are
    /// <see cref="Authorities"/>, or the keys are in a vault (<see cref="KeyVaultUri"/>).
    /// </summary>
    public string? SigningKey { get; set; }

    /// <summary>A second secret that validates tokens while keys are rotated: 32 or more bytes of UTF-8. Default: none.</summary>
    public string? PreviousKey { get; set; }

    /// <summary>
    /// The address of an Azure Key Vault whose secret <c>token-signing-key</c> has the keys, in place of <see cref="SigningKey"/> and
    /// <see cref="PreviousKey"/>: https. Default: none.
    /// </summary>
    public string? KeyVaultUri { get; set; }

    /// <summary>The <c>iss</c> of every token, 1 to 200 characters. Default: <c>funccomet</c>.</summary>
    [Required(ErrorMessage = NameRule)]
    [StringLength(MaxNameLength, ErrorMessage = NameRule)]
    public string Issuer { get; set; } = "funccomet";

    /// <summary>The <c>aud</c> of every token, 1 to 200 characters. Default: <c>funccomet</c>.</summary>
    [Required(ErrorMessage = NameRule)]
    [StringLength(MaxNameLength, ErrorMessage = NameRule)]
    public string Audience { get; set; } = "funccomet";

    /// <summary>How far clocks may differ when a token's times are checked: 0 to 1 minute, as hh:mm:ss. Default: 30 seconds.</summary>
    [TimeRange("00:00:00", "00:01:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a token may come as <c>access_token</c> in the query, which platforms write to their logs. Default: true.</summary>
    public bool AllowInQuery { get; set; } = true;

    /// <summary>Tokens of any issuer that were issued before this time are refused. Default: none.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Identity providers whose access tokens count beside the app's own. Default: none.</summary>
    public IList<TokenAuthorityOptions> Authorities { get; } = [];

    /// <summary>Whether a token was issued at <see cref="NotBefore"/> or later. Without that time, its start of validity counts.</summary>
    internal bool IsNewEnough(JsonWebToken token) =>
        NotBefore is not { } earliest || (token.IssuedAt > DateTime.MinValue ? token.IssuedAt : token.ValidFrom) >= earliest.UtcDateTime;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(KeyVaultUri))
        {
            if (!IsVault(KeyVaultUri))
            {
                yield return new ValidationResult("FuncComet__Token__KeyVaultUri must be an https:// address without a path.");
            }

            if (!string.IsNullOrEmpty(SigningKey) || !string.IsNullOrEmpty(PreviousKey))
            {
                yield return new ValidationResult(
                    "FuncComet__Token__KeyVaultUri is set, so FuncComet__Token__SigningKey and FuncComet__Token__PreviousKey must not be: "
                    + "to go on accepting a key, make it a version of the vault's secret.");
            }
        }
        else if (Required && string.IsNullOrEmpty(SigningKey) && Authorities.Count == 0)
        {
            yield return new ValidationResult(
                $"FuncComet__Token__SigningKey is not set: set it to a secret of at least {MinKeyBytes} bytes (openssl rand -base64 48), "
                + "name a vault (FuncComet__Token__KeyVaultUri) or an identity provider (FuncComet__Token__Authorities__0__Issuer), "
                + "or set FuncComet__Token__Required to false where everybody who reaches the app may read every mailbox.");
        }
        else if (!string.IsNullOrEmpty(PreviousKey) && string.IsNullOrEmpty(SigningKey))
        {
            yield return new ValidationResult(
                "FuncComet__Token__PreviousKey is set and FuncComet__Token__SigningKey is not: "
                + "the one key there is belongs into the latter.");
        }

        foreach (var (name, key) in new[] { (nameof(SigningKey), SigningKey), (nameof(PreviousKey), PreviousKey) })
        {
            if (key?.StartsWith(UnresolvedReference, StringComparison.Ordinal) == true)
            {
                yield return new ValidationResult(
                    $"FuncComet__Token__{name} is a Key Vault reference that was not resolved: "
                    + "see whether the secret is there and the app's identity may read it.");
            }
            else if (!string.IsNullOrEmpty(key) && Encoding.UTF8.GetByteCount(key) < MinKeyBytes)
            {
                yield return new ValidationResult($"FuncComet__Token__{name} must be at least {MinKeyBytes} bytes of UTF-8.");
            }
        }

        foreach (var broken in TokenAuthorityRules.Broken(this))
        {
            yield return new ValidationResult(broken);
        }
    }

    private static bool IsVault(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme == Uri.UriSchemeHttps
        && address.UserInfo.Length == 0
        && address.PathAndQuery == "/"
        && address.Fragment.Length == 0;
}
