using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>
/// The public keys of one identity provider. They are fetched when the first token needs them, every hour of use, and for a token that
/// names an unknown key. Whoever asks, the provider is asked at most once in 5 minutes, or once in 5 seconds while no key is known.
/// </summary>
/// <remarks>
/// The library's own cache of these documents fetches them in the background, so it would refuse the first token after a change of keys.
/// </remarks>
internal sealed partial class AuthorityKeys(string issuer, IDocumentRetriever documents, TimeProvider time, ILogger logger)
{
    /// <summary>The least time between two fetches.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>The same, while no key is known.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Keys that are older than this are fetched again, beside the requests. A key that the provider withdrew ends by then.
    /// </summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private SecurityKey[] _known = [];
    private Task? _fetch;
    private long _fetchBegan;
    private bool _hasFailed;

    /// <summary>
    /// The keys that can have signed a token; all of them if the token does not name its key, and none if the provider has no such
    /// key.
    /// </summary>
    /// <exception cref="AuthorityUnavailableException">The provider did not answer, so nobody knows.</exception>
    public async Task<IReadOnlyList<SecurityKey>> FindAsync(string? keyId)
    {
        if (Known(keyId) is { Length: > 0 } known)
        {
            _ = FetchUnlessWithin(Volatile.Read(ref _hasFailed) ? Pause : MaxAge);
            return known;
        }

        await FetchUnlessWithin(_known.Length == 0 ? FirstPause : Pause);
        known = Known(keyId);
        return known.Length > 0 || !Volatile.Read(ref _hasFailed) ? known : throw new AuthorityUnavailableException();
    }

    private SecurityKey[] Known(string? keyId) =>
        string.IsNullOrEmpty(keyId) ? _known : Array.FindAll(_known, key => key.KeyId == keyId);

    // Everybody waits for a fetch that is under way. It never fails.
    private Task FetchUnlessWithin(TimeSpan pause)
    {
        lock (_gate)
        {
            var isDue = _fetch is null || (_fetch.IsCompleted && time.GetElapsedTime(_fetchBegan) >= pause);
            if (isDue)
            {
                _fetchBegan = time.GetTimestamp();
                _fetch = FetchAsync();
            }

            return _fetch!;
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            var address = $"{issuer.TrimEnd('/')}/.well-known/openid-configuration";
            var found = await OpenIdConnectConfigurationRetriever.GetAsync(address, documents, CancellationToken.None);
            if (found.Issuer != issuer)
            {
                Fail("its document is of another issuer");
                return;
            }

            // Only public keys: a secret that a provider publishes is none.
            _known = [.. found.SigningKeys.Where(key => key is RsaSecurityKey or ECDsaSecurityKey or X509SecurityKey)];
            Volatile.Write(ref _hasFailed, false);
            Log.Fetched(logger, issuer, _known.Length);
        }
        catch (Exception ex)
        {
            // Whatever a provider sends or does not send must end no poll but those that need its keys now.
            Fail(ex.GetBaseException().Message);
        }
    }

    private void Fail(string reason)
    {
        Volatile.Write(ref _hasFailed, true);
        Log.NotFetched(logger, issuer, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The token authority {Issuer} has {Count} keys.")]
        public static partial void Fetched(ILogger logger, string issuer, int count);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "The keys of the token authority {Issuer} were not fetched; those that are known stay valid: {Reason}")]
        public static partial void NotFetched(ILogger logger, string issuer, string reason);
    }
}
