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
        Tokens(options),
        Options.Create(options),
        new AuthorityKeySets(new NoDocuments(), TimeProvider.System, NullLogger<AuthorityKeySets>.Instance));

    /// <summary>The app's own tokens, with the keys of the settings.</summary>
    public static RecipientTokens Tokens(TokenOptions options, TimeProvider? time = null) =>
        new(Options.Create(options), new TokenKeys(Options.Create(options)), time ?? TimeProvider.System);

    private sealed class NoDocuments : IDocumentRetriever
    {
        public Task<string> GetDocumentAsync(string address, CancellationToken cancel) =>
            throw new InvalidOperationException("Only an identity provider has documents.");
    }
}
