using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FuncComet.Client.Tokens;

/// <summary>Keeps the recipients' tokens from the provider until they expire or are refused.</summary>
internal sealed partial class TokenCache(Func<string, CancellationToken, Task<RecipientToken>> provider, TimeProvider time)
{
    // Renew early: this clock may be behind the function app's, and the request takes time to arrive.
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, RecipientToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>Returns a token that does not expire soon.</summary>
    public async Task<RecipientToken> GetAsync(string recipient, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(recipient, out var known) && !IsEnding(known))
        {
            return known;
        }

        var token = await provider(recipient, cancellationToken).ConfigureAwait(false);
        if (!IsToken().IsMatch(token.Token))
        {
            // Do not keep it: every request with it would fail until its expiry.
            throw new FuncCometException(FuncCometException.BadToken, "What the TokenProvider gave is no token.");
        }

        foreach (var ended in _tokens.Where(kept => IsEnding(kept.Value)))
        {
            _tokens.TryRemove(ended);
        }

        return _tokens[recipient] = token;
    }

    /// <summary>Removes a refused token, unless another request has replaced it already.</summary>
    public void Drop(string recipient, RecipientToken refused) => _tokens.TryRemove(KeyValuePair.Create(recipient, refused));

    private bool IsEnding(RecipientToken token) => token.Expires - time.GetUtcNow() <= RenewedBefore;

    // The syntax of RFC 6750.
    [GeneratedRegex(@"\A[A-Za-z0-9._~+/-]+=*\z")]
    private static partial Regex IsToken();
}
