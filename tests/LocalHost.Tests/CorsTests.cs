using System.Net;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

/// <summary>CORS as the platform does it, from --cors.</summary>
public sealed class CorsTests(Azurite azurite, CorsTests.App app) : IClassFixture<CorsTests.App>
{
    private const string OurOrigin = "https://app.example";
    private const string SecondOrigin = "https://second.example";
    private const string OtherOrigin = "https://other.example";

    [Fact]
    public async Task Preflight_FromAnAllowedOrigin_AllowsTheHeadersAndMethods()
    {
        foreach (var (function, method, header) in ((string, string, string)[])
            [
                ("poll", "GET", "authorization"),
                ("ack", "POST", "authorization"),
                ("push", "POST", "x-functions-key"),
                ("push", "DELETE", "x-functions-key"),
                ("mailbox", "DELETE", "x-functions-key"),
            ])
        {
            using var preflight = await PreflightAsync(app.Client, function, method, header, OurOrigin);

            Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
            Assert.Equal(OurOrigin, Header(preflight, "Access-Control-Allow-Origin"));
            Assert.Equal(method, Header(preflight, "Access-Control-Allow-Methods"));
            Assert.Equal(header, Header(preflight, "Access-Control-Allow-Headers"));
            Assert.Null(Header(preflight, "Access-Control-Allow-Credentials"));
        }
    }

    [Fact]
    public async Task Get_FromAnAllowedOrigin_IsReadableThere_WithOurHeaders()
    {
        await app.Client.PushAcceptedAsync("cors", "hello");

        using var polled = await app.Client.SendAsync(HttpMethod.Get, "poll?rcpt=cors&timeout=30", ("Origin", OurOrigin));
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.Equal(OurOrigin, Header(polled, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(polled, "Vary"));
        Assert.Equal(
            "Comet-Message-Id, Comet-Time, Comet-Deliveries, Comet-Receipt, Comet-Expired, Idempotency-Key, Preference-Applied, "
            + "Retry-After, WWW-Authenticate",
            Header(polled, "Access-Control-Expose-Headers"));
        using var second = await app.Client.SendAsync(HttpMethod.Get, "poll?rcpt=cors&timeout=0", ("Origin", SecondOrigin));
        Assert.Equal(SecondOrigin, Header(second, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task ARefusal_IsReadableByAnAllowedOriginToo()
    {
        await using var host = await StartAsync("--cors", OurOrigin, "--enable-auth", "a-key");
        using var client = new ApiClient(host.Url);

        using var badRequest = await client.SendAsync(HttpMethod.Get, "poll?timeout=0", ("Origin", OurOrigin));
        Assert.Equal(HttpStatusCode.BadRequest, badRequest.StatusCode);
        Assert.Equal(OurOrigin, Header(badRequest, "Access-Control-Allow-Origin"));
        using var withoutKey = await client.SendAsync(HttpMethod.Get, "mailbox?rcpt=cors", ("Origin", OurOrigin));
        Assert.Equal(HttpStatusCode.Unauthorized, withoutKey.StatusCode);
        Assert.Equal(OurOrigin, Header(withoutKey, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(OtherOrigin)]
    [InlineData("https://app.example.other.example")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example:8443")]
    [InlineData("null")]
    public async Task AnotherOrigin_IsNotAllowed(string origin)
    {
        using var polled = await app.Client.SendAsync(HttpMethod.Get, "poll?rcpt=cors&timeout=0", ("Origin", origin));
        Assert.Null(Header(polled, "Access-Control-Allow-Origin"));
        using var preflight = await PreflightAsync(app.Client, "poll", "GET", "authorization", origin);
        Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Null(Header(preflight, "Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task EveryOrigin_IsAllowedByAStar_WithoutCredentials()
    {
        await using var host = await StartAsync("--cors", "*");
        using var client = new ApiClient(host.Url);

        using var polled = await client.SendAsync(HttpMethod.Get, "poll?rcpt=cors&timeout=0", ("Origin", OtherOrigin));
        Assert.Equal("*", Header(polled, "Access-Control-Allow-Origin"));
        Assert.Null(Header(polled, "Access-Control-Allow-Credentials"));
        using var preflight = await PreflightAsync(client, "poll", "GET", "authorization", OtherOrigin);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("*", Header(preflight, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task WithoutCors_APreflightIsAMethodThatIsNotAllowed()
    {
        await using var host = await StartAsync();
        using var client = new ApiClient(host.Url);

        using var preflight = await PreflightAsync(client, "poll", "GET", "authorization", OurOrigin);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        Assert.Equal(["GET"], preflight.Content.Headers.Allow);
        Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
    }

    private Task<LocalHostProcess> StartAsync(params string[] arguments) =>
        LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString, .. arguments]);

    private static Task<HttpResponseMessage> PreflightAsync(
        ApiClient client, string function, string method, string header, string origin) =>
        client.SendAsync(
            HttpMethod.Options,
            $"{function}?rcpt=cors",
            ("Origin", origin),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", header));

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>A LocalHost that allows two origins.</summary>
    public sealed class App(Azurite azurite) : IAsyncLifetime
    {
        private LocalHostProcess? _host;

        internal ApiClient Client { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            _host = await LocalHostProcess.StartAsync(
                ["--port", "0", "--storage", azurite.ConnectionString, "--cors", $"{OurOrigin},{SecondOrigin}"]);
            Client = new ApiClient(_host.Url);
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            Client?.Dispose();
            if (_host is not null)
            {
                await _host.DisposeAsync();
            }
        }
    }
}
