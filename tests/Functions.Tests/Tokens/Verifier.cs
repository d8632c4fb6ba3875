using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Authorities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;

namespace FuncComet.Functions.Tests.Tokens;

/// <summary>A verifier of the app's own tokens.</summary>
internal static class Verifier
{
    public static TokenVerifier Of(TokenOptions options) => new(
        new RecipientTokens(Options.Create(options), TimeProvider.System),
        Options.Create(options),
        new AuthorityKeySets(new NoDocuments(), TimeProvider.System, NullLogger<AuthorityKeySets>.Instance));

    private sealed class NoDocuments : IDocumentRetriever
    {
        public Task<string> GetDocumentAsync(string address, CancellationToken cancel) =>
            throw new InvalidOperationException("Only an identity provider has documents.");
    }
}
