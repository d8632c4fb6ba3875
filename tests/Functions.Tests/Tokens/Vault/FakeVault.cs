using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using FuncComet.Functions.Tokens.Vault;

namespace FuncComet.Functions.Tests.Tokens.Vault;

/// <summary>
/// A vault that answers as Azure Key Vault documents it: it asks for a token first, lists a secret's versions in pages and in no order,
/// and refuses to give a version that is disabled.
/// </summary>
internal sealed class FakeVault(TimeProvider time) : HttpMessageHandler
{
    private const string Address = "https://funccomet.vault.azure.net";
    private const string Versions = "/secrets/token-signing-key/versions";
    private const int PageSize = 2;

    private readonly List<Version> _versions = [];
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>The paths that were asked for with a token.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>What every request is answered instead; null for the right answer.</summary>
    public Func<HttpResponseMessage>? Trouble { get; set; }

    /// <summary>The secret, as the app opens it.</summary>
    public SigningSecret Open() => SigningSecret.Open(
        new Uri(Address),
        DelegatedTokenCredential.Create((_, _) => new AccessToken("a-token", DateTimeOffset.MaxValue)),
        options =>
        {
            options.Transport = new HttpClientTransport(this);
            options.Retry.MaxRetries = 0;
        });

    /// <summary>Makes a version of the secret and returns its id.</summary>
    public string Add(string value)
    {
        var version = new Version($"{Guid.NewGuid():N}", value, time.GetUtcNow());
        _versions.Insert(_versions.Count / 2, version);
        return version.Id;
    }

    /// <summary>Disables a version.</summary>
    public void Disable(string id) => _versions.Single(version => version.Id == id).IsEnabled = false;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Answer(request));

    // Some of the client's requests come by this way.
    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(request);

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        if (request.Headers.Authorization?.Parameter != "a-token")
        {
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            challenge.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue(
                "Bearer", "authorization=\"https://login.microsoftonline.com/a-tenant\", resource=\"https://vault.azure.net\""));
            return challenge;
        }

        var path = request.RequestUri!.AbsolutePath;
        _requests.Enqueue(path);
        if (Trouble is { } trouble)
        {
            return trouble();
        }

        if (path.TrimEnd('/') == Versions)
        {
            return Page(request.RequestUri.Query);
        }

        var version = _versions.Single(version => path == $"/secrets/token-signing-key/{version.Id}");
        return version.IsEnabled
            ? Json(HttpStatusCode.OK, new { value = version.Value, id = version.Address, attributes = version.Attributes })
            : Json(HttpStatusCode.Forbidden, new
            {
                error = new { code = "Forbidden", message = "Operation get is not allowed on a disabled secret." },
            });
    }

    private HttpResponseMessage Page(string query)
    {
        var from = query.Split("$skiptoken=") is [_, var after] ? int.Parse(after, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var next = from + PageSize < _versions.Count ? $"{Address}{Versions}?api-version=7.6&$skiptoken={from + PageSize}" : null;
        return Json(HttpStatusCode.OK, new
        {
            value = _versions.Skip(from).Take(PageSize).Select(version => new { id = version.Address, attributes = version.Attributes }),
            nextLink = next,
        });
    }

    private static HttpResponseMessage Json(HttpStatusCode status, object body) => new(status) { Content = JsonContent.Create(body) };

    private sealed class Version(string id, string value, DateTimeOffset created)
    {
        public string Id => id;

        public string Value => value;

        public bool IsEnabled { get; set; } = true;

        public string Address => $"{FakeVault.Address}/secrets/token-signing-key/{id}";

        public object Attributes =>
            new { enabled = IsEnabled, created = created.ToUnixTimeSeconds(), updated = created.ToUnixTimeSeconds() };
    }
}
