using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>The claims of a token, read strictly: a text counts as a text only, and no member may be given twice.</summary>
internal sealed class TokenClaims
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonElement _payload;

    private TokenClaims(JsonElement payload) => _payload = payload;

    /// <summary>
    /// Reads a token's claims; false if its header or payload has two members of one name, of which readers may take either.
    /// </summary>
    public static bool TryRead(JsonWebToken token, [NotNullWhen(true)] out TokenClaims? claims)
    {
        claims = null;
        try
        {
            _ = Parse(token.EncodedHeader);
            claims = new TokenClaims(Parse(token.EncodedPayload));
        }
        catch (Exception ex) when (ex is JsonException or FormatException)
        {
            return false;
        }

        return true;
    }

    /// <summary>The text of a claim; null if it is missing or no text.</summary>
    public string? Text(string claim) =>
        _payload.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether a claim is true, in one of the forms that identity providers give it.</summary>
    public bool IsTrue(string claim) =>
        _payload.TryGetProperty(claim, out var value) && (value.ValueKind == JsonValueKind.True || value.ToString() is "true" or "1");

    /// <summary>Whether a claim is this text, or a list that has it.</summary>
    public bool Has(string claim, string text) =>
        _payload.TryGetProperty(claim, out var value)
        && (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Repeat(value, 1))
            .Any(each => each.ValueKind == JsonValueKind.String && each.GetString() == text);

    private static JsonElement Parse(string part)
    {
        using var json = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(part), Strict);
        return json.RootElement.Clone();
    }
}
