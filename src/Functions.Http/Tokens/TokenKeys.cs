using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens;

/// <summary>
/// The secrets of the app's own tokens: one that signs, and all that validate. They come from the settings, or from a vault, and then
/// they change while the app runs.
/// </summary>
public sealed class TokenKeys
{
    private volatile Keys _current;

    /// <summary>Begins with the keys of the settings.</summary>
    public TokenKeys(IOptions<TokenOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (signing, previous) = (options.Value.SigningKey, options.Value.PreviousKey);
        _current = Keys.Of(signing, [.. new[] { signing, previous }.OfType<string>().Where(key => key.Length > 0)]);
    }

    /// <summary>Signs new tokens; null if there is no key for it.</summary>
    internal SigningCredentials? Signing => _current.Signing;

    /// <summary>The keys of tokens that are valid.</summary>
    internal IReadOnlyList<SecurityKey> Valid => _current.Valid;

    /// <summary>Replaces all keys at once.</summary>
    /// <param name="signing">The secret that signs; null for none.</param>
    /// <param name="valid">The secrets whose tokens are valid, that one among them.</param>
    internal void Replace(string? signing, IReadOnlyList<string> valid) => _current = Keys.Of(signing, valid);

    private sealed record Keys(SigningCredentials? Signing, IReadOnlyList<SecurityKey> Valid)
    {
        public static Keys Of(string? signing, IReadOnlyList<string> valid) => new(
            string.IsNullOrEmpty(signing) ? null : new SigningCredentials(KeyOf(signing), SecurityAlgorithms.HmacSha256),
            [.. valid.Select(KeyOf)]);

        private static SymmetricSecurityKey KeyOf(string secret) => new(Encoding.UTF8.GetBytes(secret));
    }
}
