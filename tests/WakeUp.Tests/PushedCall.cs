using System.Text.Json;

namespace FuncComet.WakeUp.Tests;

/// <summary>What a push service was sent.</summary>
/// <param name="Path">The path of the subscription's endpoint.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body, encrypted.</param>
internal sealed record PushedCall(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The token and the key of RFC 8292: <c>vapid t=…, k=…</c>.</summary>
    public (string Token, string Key) Vapid
    {
        get
        {
            var header = Headers["Authorization"];
            Assert.StartsWith("vapid ", header, StringComparison.Ordinal);
            var parts = header["vapid ".Length..].Split(',', StringSplitOptions.TrimEntries);
            return (parts.Single(part => part.StartsWith("t=", StringComparison.Ordinal))[2..],
                parts.Single(part => part.StartsWith("k=", StringComparison.Ordinal))[2..]);
        }
    }

    /// <summary>The claims of the token.</summary>
    public JsonElement Claims => JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Vapid.Token.Split('.')[1]));
}
