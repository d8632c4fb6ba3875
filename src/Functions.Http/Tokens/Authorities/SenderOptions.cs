using System.ComponentModel.DataAnnotations;
using FuncComet.Pushing;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>
/// The identity provider whose access tokens let senders push and issue tokens without a function key: <c>FuncComet__Push__…</c>.
/// </summary>
public sealed class SenderOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = PushOptions.SectionName;

    /// <summary>
    /// The <c>iss</c> of senders' tokens, as <see cref="TokenAuthorityOptions.Issuer"/>. Default: none, so that <c>/api/app/push</c> and
    /// <c>/api/app/token</c> are 404.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>An <c>aud</c> of their tokens, 1 to 200 characters. Required with <see cref="Authority"/>.</summary>
    [StringLength(TokenOptions.MaxNameLength, MinimumLength = 1, ErrorMessage = TokenOptions.NameRule)]
    public string? Audience { get; set; }

    /// <summary>The app role that their tokens must have in <c>roles</c>, 1 to 200 characters. Default: <c>FuncComet.Push</c>.</summary>
    [Required(ErrorMessage = TokenOptions.NameRule)]
    [StringLength(TokenOptions.MaxNameLength, ErrorMessage = TokenOptions.NameRule)]
    public string Role { get; set; } = "FuncComet.Push";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Authority))
        {
            yield break;
        }

        if (AuthorityAddress.FaultOf(Authority) is { } fault)
        {
            yield return new ValidationResult($"FuncComet__Push__{nameof(Authority)} {fault}");
        }

        if (string.IsNullOrEmpty(Audience))
        {
            yield return new ValidationResult(
                $"FuncComet__Push__{nameof(Audience)} is not set: without it, a token for any other app of that provider would push here.");
        }
    }
}
