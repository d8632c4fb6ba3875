using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>The keys of the identity providers that the settings name. Whoever uses a provider shares them.</summary>
public sealed class AuthorityKeySets(IDocumentRetriever documents, TimeProvider time, ILogger<AuthorityKeySets> logger)
{
    private readonly ConcurrentDictionary<string, AuthorityKeys> _byIssuer = new();

    /// <summary>The keys of the provider with this issuer.</summary>
    internal AuthorityKeys Of(string issuer) => _byIssuer.GetOrAdd(issuer, _ => new AuthorityKeys(issuer, documents, time, logger));
}
