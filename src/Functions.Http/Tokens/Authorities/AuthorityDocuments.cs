using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;

namespace FuncComet.Functions.Tokens.Authorities;

/// <summary>
/// Fetches an authority's documents. An address in a document must fulfil the same rule as the issuer. Redirects are not followed, and
/// time and size are bounded.
/// </summary>
internal sealed class AuthorityDocuments(IHttpClientFactory clients) : IDocumentRetriever
{
    private const string ClientName = "FuncComet.Authority";
    private const long MaxBytes = 1_000_000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    /// <summary>Adds the HTTP client.</summary>
    public static IHttpClientBuilder AddClient(IServiceCollection services) =>
        services
            .AddHttpClient(ClientName, client =>
            {
                client.Timeout = MaxTime;
                client.MaxResponseContentBufferSize = MaxBytes;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <inheritdoc/>
    public Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!AuthorityAddress.IsAllowed(address))
        {
            throw new IOException($"An address in its documents {AuthorityAddress.Rule}");
        }

        // The rule above has checked the scheme, and allows HTTP for this machine.
        var http = new HttpDocumentRetriever(clients.CreateClient(ClientName)) { RequireHttps = false };
        return http.GetDocumentAsync(address, cancel);
    }
}
