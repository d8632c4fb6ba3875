using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FuncComet.Client.Tokens;

/// <summary>Keeps the recipients' tokens from the provider until they are about to expire or are refused.</summary>
internal sealed partial class TokenCache(Func<string, CancellationToken, Task<RecipientToken>> provider, TimeProvider time)
{
    // Renew early: this clock may be behind the function app's, and the request takes time to arrive.
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, RecipientToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>Returns the kept token, or a new one if there is none or it is about to expire.</summary>
    public async Task<RecipientToken> GetAsync(string recipient, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(recipient, out var known) && !IsEnding(known))
        {
            return known;
        }

        // A provider that ignores its cancellation token must not hold up a request that has been cancelled.
        var given = await provider(recipient, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (given?.Token?.Trim() is not { } text || !IsToken().IsMatch(text))
        {
            // Do not keep it: every request with it would fail until its expiry.
            throw new FuncCometException(FuncCometException.BadToken, "What the TokenProvider gave is no token.");
        }

        // A token that is ending when it is received shows that this clock is ahead, or that the provider has no newer one. To ask again
        // before each request would not help, so it is used until it is refused.
        var token = IsEnding(given) ? new RecipientToken(text, DateTimeOffset.MaxValue) : given with { Token = text };
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
