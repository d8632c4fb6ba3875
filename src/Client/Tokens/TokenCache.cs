using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FuncComet.Client;

/// <summary>The recipients' tokens, from the provider.</summary>
internal sealed partial class TokenCache(Func<string, CancellationToken, Task<RecipientToken>> provider, TimeProvider time)
{
    // A token is looked at when a poll begins, by a clock that may be a little fast.
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, RecipientToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>A token that is good for now.</summary>
    public async Task<RecipientToken> GetAsync(string recipient, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(recipient, out var known) && !IsEnding(known))
        {
            return known;
        }

        var token = await provider(recipient, cancellationToken).ConfigureAwait(false);
        if (!IsToken().IsMatch(token.Token))
        {
            // Kept, it would fail in every header until it ends.
            throw new FuncCometException(FuncCometException.BadToken, "What the TokenProvider gave is no token.");
        }

        foreach (var ended in _tokens.Where(kept => IsEnding(kept.Value)))
        {
            _tokens.TryRemove(ended);
        }

        return _tokens[recipient] = token;
    }

    /// <summary>The token was refused: the next one is new, unless somebody has already brought another.</summary>
    public void Drop(string recipient, RecipientToken refused) => _tokens.TryRemove(KeyValuePair.Create(recipient, refused));

    private bool IsEnding(RecipientToken token) => token.Expires - time.GetUtcNow() <= RenewedBefore;

    // As RFC 6750 has it.
    [GeneratedRegex(@"\A[A-Za-z0-9._~+/-]+=*\z")]
    private static partial Regex IsToken();
}
