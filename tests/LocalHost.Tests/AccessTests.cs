using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using FuncComet.LocalHost.Hosting;
using FuncComet.Testing;
using Microsoft.IdentityModel.Tokens;

namespace FuncComet.LocalHost.Tests;

/// <summary>Which callers may make which requests, with function keys and tokens on.</summary>
public sealed partial class AccessTests(AccessTests.App app) : IClassFixture<AccessTests.App>
{
    private const string FunctionKey = "the-function-key";

    // 64 bytes are enough for HS384 and HS512 too, so their tokens are refused for the algorithm and not for a short key.
    private const string SigningKey = "the-signing-key-the-signing-key-the-signing-key-the-signing-key-";
    private const string PreviousKey = "the-previous-key-the-previous-key-the-previous-key-the-previous-";
    private const string AnotherKey = "another-key-another-key-another-key-another-key-another-key-anot";

    // Columns are requests: a method of a function, or each of the others. Rows are callers. Requests and tokens are for alice
    // unless the name says otherwise.
    private const string Table =
        """
        caller                              POST  DELETE  GET   POST  POST   POST   POST      POST       GET      DELETE   each   GET
        of                                  push  push    poll  ack   lease  token  app/push  app/token  mailbox  mailbox  other  health
        nothing                             401   401     401   401   401    401    401       401        401      401      401    200
        an expired token                    401   401     401   401   401    401    401       401        401      401      401    200
        a token that is not valid yet       401   401     401   401   401    401    401       401        401      401      401    200
        a token without an end              401   401     401   401   401    401    401       401        401      401      401    200
        a token for nobody                  401   401     401   401   401    401    401       401        401      401      401    200
        a token with changed claims         401   401     401   401   401    401    401       401        401      401      401    200
        a token with a changed signature    401   401     401   401   401    401    401       401        401      401      401    200
        a token with alg none               401   401     401   401   401    401    401       401        401      401      401    200
        a token by another key              401   401     401   401   401    401    401       401        401      401      401    200
        an HS384 token                      401   401     401   401   401    401    401       401        401      401      401    200
        an HS512 token                      401   401     401   401   401    401    401       401        401      401      401    200
        another recipient's token           401   401     403   403   403    401    401       401        401      401      401    200
        a token for another audience        401   401     401   401   401    401    401       401        401      401      401    200
        a token of another issuer           401   401     401   401   401    401    401       401        401      401      401    200
        the token as another scheme         401   401     401   401   401    401    401       401        401      401      401    200
        the token in the header             401   401     204   204   410    401    401       401        401      401      401    200
        the token in the query              401   401     204   204   410    401    401       401        401      401      401    200
        the token in both                   401   401     204   204   410    401    401       401        401      401      401    200
        the token, another's in the header  401   401     204   204   410    401    401       401        401      401      401    200
        the token, a scheme in the header   401   401     204   204   410    401    401       401        401      401      401    200
        another's, the token in the header  401   401     403   403   403    401    401       401        401      401      401    200
        a token by the previous key         401   401     204   204   410    401    401       401        401      401      401    200
        the token as a key                  401   401     401   401   401    401    401       401        401      401      401    200
        the key as a token                  401   401     401   401   401    401    401       401        401      401      401    200
        a wrong key in the header           401   401     401   401   401    401    401       401        401      401      401    200
        a wrong key in the query            401   401     401   401   401    401    401       401        401      401      401    200
        the key in the header               202   400     401   401   401    200    401       401        200      204      200    200
        the key in the query                202   400     401   401   401    200    401       401        200      204      200    200
        the key and the token               202   400     204   204   410    200    401       401        200      204      200    200
        a user's token of the provider      401   401     204   204   410    401    401       401        401      401      401    200
        another user's of the provider      401   401     403   403   403    401    401       401        401      401      401    200
        a user's token of no provider       401   401     401   401   401    401    401       401        401      401      401    200
        a sender's token                    401   401     401   401   401    401    202       200        401      401      401    200
        a sender's without the role         401   401     401   401   401    401    403       403        401      401      401    200
        a sender's in the query             401   401     401   401   401    401    401       401        401      401      401    200
        """;

    // The other requests that need a key, which are all answered in the same way.
    private static readonly string[] Others =
    [
        "GET presence",
        "GET about",
        "GET mailboxes",
        "GET mailbox/messages",
        "GET deadletters",
        "DELETE deadletters",
        "POST deadletters/redrive",
    ];

    // The audiences of the provider's tokens.
    private const string Users = "api://users";
    private const string Senders = "api://senders";

    // It answers on a port of its own as soon as it is made: the callers' tokens have its address.
    private static readonly IdentityProvider Provider = IdentityProvider.Start();
    private static readonly RsaSecurityKey ProviderKey = Provider.AddRsaKey("one", RSA.Create(2_048));

    private static readonly string RightToken = Jwt.Make(SigningKey, "alice");

    private static readonly Dictionary<string, Caller> Callers = new()
    {
        ["nothing"] = new(),
        ["an expired token"] = Bearer(Jwt.Make(SigningKey, "alice", validFrom: -600, validUntil: -35)),

        // Far enough away that it stays so on a busy machine, but nearer than the 5 minutes by which the library would let clocks differ.
        ["a token that is not valid yet"] = Bearer(Jwt.Make(SigningKey, "alice", validFrom: 290)),
        ["a token without an end"] = Bearer(Jwt.Make(SigningKey, "alice", validUntil: null)),
        ["a token for nobody"] = Bearer(Jwt.Make(SigningKey, recipient: null)),
        ["a token with changed claims"] = Bearer(Jwt.Make(SigningKey, "mallory").WithPayloadOf(Jwt.Make(AnotherKey, "alice"))),
        ["a token with a changed signature"] = Bearer(RightToken.WithAnotherSignature()),
        ["a token with alg none"] = Bearer(RightToken.Unsigned()),
        ["a token by another key"] = Bearer(Jwt.Make(AnotherKey, "alice")),
        ["an HS384 token"] = Bearer(Jwt.Make(SigningKey, "alice", algorithm: SecurityAlgorithms.HmacSha384)),
        ["an HS512 token"] = Bearer(Jwt.Make(SigningKey, "alice", algorithm: SecurityAlgorithms.HmacSha512)),
        ["another recipient's token"] = Bearer(Jwt.Make(SigningKey, "mallory")),
        ["a token for another audience"] = Bearer(Jwt.Make(SigningKey, "alice", audience: "another")),
        ["a token of another issuer"] = Bearer(Jwt.Make(SigningKey, "alice", issuer: "another")),
        ["the token as another scheme"] = new(Headers: [("Authorization", $"Basic {RightToken}")]),
        ["the token in the header"] = Bearer(RightToken),
        ["the token in the query"] = new(Query: $"&access_token={RightToken}"),
        ["the token in both"] = Bearer(RightToken) with { Query = $"&access_token={RightToken}" },
        ["the token, another's in the header"] = Bearer(Jwt.Make(SigningKey, "mallory")) with { Query = $"&access_token={RightToken}" },
        ["the token, a scheme in the header"] = new($"&access_token={RightToken}", [("Authorization", "Basic YWxpY2U6")]),
        ["another's, the token in the header"] =
            Bearer(RightToken) with { Query = $"&access_token={Jwt.Make(SigningKey, "mallory")}" },
        ["a token by the previous key"] = Bearer(Jwt.Make(PreviousKey, "alice")),
        ["the token as a key"] = new(Headers: [("x-functions-key", RightToken)]),
        ["the key as a token"] = Bearer(FunctionKey),
        ["a wrong key in the header"] = new(Headers: [("x-functions-key", "a-wrong-key")]),
        ["a wrong key in the query"] = new(Query: "&code=a-wrong-key"),
        ["the key in the header"] = new(Headers: [("x-functions-key", FunctionKey)]),
        ["the key in the query"] = new(Query: $"&code={FunctionKey}"),
        ["the key and the token"] = new(Headers: [("x-functions-key", FunctionKey), ("Authorization", $"Bearer {RightToken}")]),
        ["a user's token of the provider"] = Bearer(UserToken("alice")),
        ["another user's of the provider"] = Bearer(UserToken("mallory")),
        ["a user's token of no provider"] = Bearer(Provider.Token(ProviderKey, issuer: "http://localhost:1", audience: Users)),
        ["a sender's token"] = Bearer(SenderToken("FuncComet.Push")),
        ["a sender's without the role"] = Bearer(SenderToken("Another.Role")),
        ["a sender's in the query"] = new(Query: $"&access_token={SenderToken("FuncComet.Push")}"),
    };

    // All other callers are strangers.
    private static readonly string[] Known =
    [
        "the token in the header",
        "the token in the query",
        "the token in both",
        "the token, another's in the header",
        "the token, a scheme in the header",
        "a token by the previous key",
        "the key and the token",
        "a user's token of the provider",
    ];

    public static TheoryData<string, string, int> Cells()
    {
        var rows = Table.Split('\n').Select(line => Columns().Split(line.Trim())).ToList();
        var cells = new TheoryData<string, string, int>();
        var requests = rows[0].Zip(rows[1], (method, function) => $"{method} {function}").ToList();
        foreach (var row in rows.Skip(2))
        {
            for (var at = 1; at < requests.Count; at++)
            {
                var expected = int.Parse(row[at], System.Globalization.CultureInfo.InvariantCulture);
                foreach (var request in requests[at] == "each other" ? Others : [requests[at]])
                {
                    cells.Add(row[0], request, expected);
                }
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Call_ByEachCaller_IsAnsweredAsTheTableSays(string caller, string request, int expected)
    {
        using var answer = await app.SendAsync(request, Callers[caller]);

        Assert.Equal(expected, (int)answer.StatusCode);
        var isLetIn = NeedsKey(request.Split(' ')[1])
            ? expected != 401
            : request.Contains(" app/", StringComparison.Ordinal) && expected < 300;
        Assert.Equal(isLetIn, answer.Headers.Contains("Comet-Version"));
    }

    // Which version serves tells an attacker what to try. So only callers with a key are told, and errors are no exception.
    [Fact]
    public async Task EveryFunction_TellsItsVersion_OnlyIfItNeedsAKey()
    {
        foreach (var function in FunctionDescriptor.All)
        {
            using var notAllowed = await app.Client.SendAsync(HttpMethod.Patch, function.Route, ("x-functions-key", FunctionKey));
            using var malformed = await app.Client.SendAsync(HttpMethod.Post, $"{function.Route}?x=%FF", ("x-functions-key", FunctionKey));

            Assert.Equal(HttpStatusCode.MethodNotAllowed, notAllowed.StatusCode);
            Assert.Equal(function.NeedsKey, notAllowed.Headers.Contains("Comet-Version"));
            Assert.Equal(function.NeedsKey, malformed.Headers.Contains("Comet-Version"));
        }

        using var about = await app.SendAsync("GET about", Callers["the key in the header"]);
        var told = JsonElement.Parse(await about.TextAsync());
        var (version, commit) = (told.GetProperty("version").GetString(), told.GetProperty("commit").GetString());
        Assert.Equal(commit is null ? version : $"{version}+{commit}", Assert.Single(about.Headers.GetValues("Comet-Version")));
    }

    [Fact]
    public async Task TheTable_HasEveryCallerAndEveryMethodOfEveryFunction()
    {
        var methods = new List<string>();
        foreach (var function in FunctionDescriptor.All)
        {
            using var refused = await app.Client.SendAsync(HttpMethod.Patch, function.Route, ("x-functions-key", FunctionKey));
            methods.AddRange(refused.Content.Headers.Allow.Select(method => $"{method} {function.Route}"));
        }

        var cells = Cells().Select(cell => cell.Data).ToList();
        Assert.Equal(methods.Order(StringComparer.Ordinal), cells.Select(cell => cell.Item2).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Callers.Keys.Order(StringComparer.Ordinal), cells.Select(cell => cell.Item1).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("nothing", "Bearer")]
    [InlineData("the token as another scheme", "Bearer")]
    [InlineData("an expired token", "Bearer error=\"invalid_token\"")]
    [InlineData("a token with alg none", "Bearer error=\"invalid_token\"")]
    [InlineData("a token by another key", "Bearer error=\"invalid_token\"")]
    public async Task Unauthorized_SaysHowToAuthenticate(string caller, string expected)
    {
        foreach (var request in new[] { "GET poll", "POST ack", "POST lease" })
        {
            using var refused = await app.SendAsync(request, Callers[caller]);

            Assert.Equal(expected, refused.Headers.WwwAuthenticate.ToString());
            Assert.Contains("\"urn:funccomet:unauthorized\"", await refused.TextAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AStranger_CostsNoStorageRequestAndCreatesNoQueue()
    {
        await using var azurite = new Azurite();
        await azurite.InitializeAsync();
        await using var tap = await StorageTap.StartAsync(azurite.ConnectionString);
        await using var host = await StartAsync(tap.ConnectionString);
        using var client = new ApiClient(host.Url);
        var before = tap.Requests.Count;

        foreach (var (name, stranger) in Callers.Where(caller => !Known.Contains(caller.Key)))
        {
            foreach (var (method, request) in ((HttpMethod, string)[])
                [
                    (HttpMethod.Get, "poll?rcpt=alice&timeout=5&lease=30"),
                    (HttpMethod.Post, $"ack?rcpt=alice&receipt={app.Receipt}"),
                    (HttpMethod.Post, $"lease?rcpt=alice&receipt={app.Receipt}&seconds=60"),
                ])
            {
                using var answer = await client.SendAsync(method, $"{request}{stranger.Query}", stranger.Headers ?? []);
                Assert.True(
                    answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest,
                    $"{name}: {method} {answer.StatusCode}");
            }
        }

        Assert.Equal(before, tap.Requests.Count);
        Assert.Empty(new QueueServiceClient(azurite.ConnectionString).GetQueues(cancellationToken: TestContext.Current.CancellationToken));

        // A known caller's poll does reach the storage.
        using var known = await client.SendAsync(HttpMethod.Get, "poll?rcpt=alice&timeout=0", Callers["the token in the header"].Headers!);
        Assert.Equal(HttpStatusCode.NoContent, known.StatusCode);
        Assert.Contains(
            $"GET /devstoreaccount1/{Named.Recipient("alice").QueueName("fc")}/messages?peekonly=true&numofmessages=1",
            tap.Requests.Skip(before));
    }

    [Fact]
    public async Task Poll_WhereTokensInTheQueryAreForbidden_TakesThemInTheHeaderOnly()
    {
        await using var host = await StartAsync(app.Storage, ("FuncComet__Token__AllowInQuery", "false"));
        using var client = new ApiClient(host.Url);

        using var inQuery = await client.SendAsync(HttpMethod.Get, $"poll?rcpt=alice&timeout=0&access_token={RightToken}");
        Assert.Equal(HttpStatusCode.BadRequest, inQuery.StatusCode);
        Assert.Contains("\"access_token\"", await inQuery.TextAsync(), StringComparison.Ordinal);
        using var inHeader = await client.SendAsync(HttpMethod.Get, "poll?rcpt=alice&timeout=0", ("Authorization", $"Bearer {RightToken}"));
        Assert.Equal(HttpStatusCode.NoContent, inHeader.StatusCode);
    }

    [Theory]
    [InlineData(
        "",
        "",
        "FuncComet__Token__SigningKey is not set: set it to a secret of at least 32 bytes (openssl rand -base64 48), "
        + "name a vault (FuncComet__Token__KeyVaultUri) or an identity provider (FuncComet__Token__Authorities__0__Issuer), "
        + "or set FuncComet__Token__Required to false where everybody who reaches the app may read every mailbox.")]
    [InlineData("a-key-that-is-31-bytes-long----", "", "FuncComet__Token__SigningKey must be at least 32 bytes of UTF-8.")]
    [InlineData(SigningKey, "a-key-that-is-31-bytes-long----", "FuncComet__Token__PreviousKey must be at least 32 bytes of UTF-8.")]
    [InlineData(
        "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/signing-key)",
        "",
        "FuncComet__Token__SigningKey is a Key Vault reference that was not resolved: see whether the secret is there "
        + "and the app's identity may read it.")]
    public async Task Start_WithoutAProperKey_SaysWhatToSetAndNotTheKey(string signingKey, string previousKey, string expected)
    {
        await using var host = await LocalHostProcess.RunToEndAsync(
            ["--port", "0", "--storage", app.Storage],
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "true",
                ["FuncComet__Token__SigningKey"] = signingKey,
                ["FuncComet__Token__PreviousKey"] = previousKey,
            });

        Assert.Equal(1, host.ExitCode);
        Assert.Equal(expected, host.Output.Last());
        Assert.DoesNotContain(host.Output, line => line.Contains("-key-", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.Contains("vault.example", StringComparison.Ordinal));
    }

    private static bool NeedsKey(string route) => FunctionDescriptor.All.Single(function => function.Route == route).NeedsKey;

    private static string UserToken(string user) => Provider.Token(ProviderKey, subject: user, audience: Users);

    private static string SenderToken(string role) =>
        Provider.Token(ProviderKey, audience: Senders, claims: new Dictionary<string, object> { ["roles"] = role });

    private static Caller Bearer(string token) => new(Headers: [("Authorization", $"Bearer {token}")]);

    private static Task<LocalHostProcess> StartAsync(string storage, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["FuncComet__Token__Required"] = "true",
            ["FuncComet__Token__SigningKey"] = SigningKey,
            ["FuncComet__Token__PreviousKey"] = PreviousKey,
            ["FuncComet__Token__Authorities__0__Issuer"] = Provider.Issuer,
            ["FuncComet__Token__Authorities__0__Audience"] = Users,
            ["FuncComet__Push__Authority"] = Provider.Issuer,
            ["FuncComet__Push__Audience"] = Senders,
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return LocalHostProcess.StartAsync(["--port", "0", "--storage", storage, "--enable-auth", FunctionKey], environment);
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Columns();

    /// <summary>The parameters and headers that a caller adds to a request.</summary>
    internal sealed record Caller(string Query = "", (string Name, string Value)[]? Headers = null);

    /// <summary>One app for all callers. No request of the table changes what another is answered.</summary>
    public sealed class App : IAsyncLifetime
    {
        private readonly Azurite _azurite = new();
        private LocalHostProcess? _host;

        internal ApiClient Client { get; private set; } = null!;

        /// <summary>
        /// The receipt of a message of alice's that was acknowledged. To acknowledge it again succeeds each time, to renew it never.
        /// </summary>
        internal string Receipt { get; private set; } = "";

        internal string Storage => _azurite.ConnectionString;

        public async ValueTask InitializeAsync()
        {
            await _azurite.InitializeAsync();
            _host = await StartAsync(Storage);
            Client = new ApiClient(_host.Url);
            using var pushed = await Client.SendAsync(HttpMethod.Post, "push?rcpt=alice", Callers["the key in the header"].Headers!);
            using var polled = await Client.SendAsync(
                HttpMethod.Get, "poll?rcpt=alice&lease=3600&timeout=30", Callers["the token in the header"].Headers!);
            Receipt = polled.Headers.GetValues("Comet-Receipt").Single();
            using var acknowledged = await SendAsync("POST ack", Callers["the token in the header"]);
        }

        internal Task<HttpResponseMessage> SendAsync(string request, Caller caller)
        {
            var (method, function) = (request.Split(' ')[0], request.Split(' ')[1]);
            var query = function switch
            {
                // A recall that gets in is refused for its handle.
                "push" when method == "DELETE" => "rcpt=alice&recall=malformed",
                "push" or "app/push" => "rcpt=pushed-to",
                "poll" => "rcpt=alice&timeout=0",
                "ack" => $"rcpt=alice&receipt={Receipt}",
                "lease" => $"rcpt=alice&receipt={Receipt}&seconds=60",
                _ => "rcpt=alice",
            };
            return Client.SendAsync(new HttpMethod(method), $"{function}?{query}{caller.Query}", caller.Headers ?? []);
        }

        public async ValueTask DisposeAsync()
        {
            Client?.Dispose();
            if (_host is not null)
            {
                await _host.DisposeAsync();
            }

            await _azurite.DisposeAsync();
        }
    }
}
