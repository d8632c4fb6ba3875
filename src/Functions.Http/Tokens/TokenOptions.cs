using System.ComponentModel.DataAnnotations;
using System.Text;

namespace FuncComet.Functions.Tokens;

/// <summary>The tokens by which recipients poll and acknowledge: <c>FuncComet__Token__…</c>.</summary>
public sealed class TokenOptions : IValidatableObject
{
    /// <summary>Where these stand in the configuration.</summary>
    public const string SectionName = "FuncComet:Token";

    /// <summary>The least length of a key, in bytes of UTF-8: what HMAC-SHA256 needs.</summary>
    public const int MinKeyBytes = 32;

    /// <summary>Where Key Vault cannot be reached the setting has the reference itself for a value, which is no secret.</summary>
    private const string UnresolvedReference = "@Microsoft.KeyVault(";

    /// <summary>
    /// Whether a poll and an acknowledgement need a token of their recipient. Default: true. With false whoever reaches the app reads and empties any mailbox
    /// whose name he knows.
    /// </summary>
    public bool Required { get; set; } = true;

    /// <summary>The secret that tokens are signed with, and that they are accepted by: 32 or more bytes of UTF-8.</summary>
    public string? SigningKey { get; set; }

    /// <summary>A second secret that tokens are accepted by, for as long as keys are being changed: 32 or more bytes of UTF-8. Default: none.</summary>
    public string? PreviousKey { get; set; }

    /// <summary>The <c>iss</c> of every token, 1 to 200 characters. Default: <c>funccomet</c>.</summary>
    [Required(ErrorMessage = "FuncComet__Token__Issuer must be 1 to 200 characters.")]
    [StringLength(200, ErrorMessage = "FuncComet__Token__Issuer must be 1 to 200 characters.")]
    public string Issuer { get; set; } = "funccomet";

    /// <summary>The <c>aud</c> of every token, 1 to 200 characters. Default: <c>funccomet</c>.</summary>
    [Required(ErrorMessage = "FuncComet__Token__Audience must be 1 to 200 characters.")]
    [StringLength(200, ErrorMessage = "FuncComet__Token__Audience must be 1 to 200 characters.")]
    public string Audience { get; set; } = "funccomet";

    /// <summary>How far the clocks of two instances may differ: 0 to 1 minute, as hh:mm:ss. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true, ErrorMessage = "FuncComet__Token__ClockSkew must be from 00:00:00 to 00:01:00.")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a token may come as <c>access_token</c> in the query, which ends up in platforms' logs. Default: true.</summary>
    public bool AllowInQuery { get; set; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Required && string.IsNullOrEmpty(SigningKey))
        {
            yield return new ValidationResult(
                $"FuncComet__Token__SigningKey is not set: set it to a secret of at least {MinKeyBytes} bytes (openssl rand -base64 48), or FuncComet__Token__Required to false where everybody who reaches the app may read every mailbox.");
        }
        else if (!string.IsNullOrEmpty(PreviousKey) && string.IsNullOrEmpty(SigningKey))
        {
            yield return new ValidationResult("FuncComet__Token__PreviousKey is set and FuncComet__Token__SigningKey is not: the one key there is belongs into the latter.");
        }

        foreach (var (name, key) in new[] { (nameof(SigningKey), SigningKey), (nameof(PreviousKey), PreviousKey) })
        {
            if (key?.StartsWith(UnresolvedReference, StringComparison.Ordinal) == true)
            {
                yield return new ValidationResult($"FuncComet__Token__{name} is a Key Vault reference that was not resolved: see whether the secret is there and the app's identity may read it.");
            }
            else if (!string.IsNullOrEmpty(key) && Encoding.UTF8.GetByteCount(key) < MinKeyBytes)
            {
                yield return new ValidationResult($"FuncComet__Token__{name} must be at least {MinKeyBytes} bytes of UTF-8.");
            }
        }
    }
}
