using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>A LocalHost that requires function keys and tokens, shared by all tests that need no special one.</summary>
public sealed class LocalApp : IAsyncLifetime
{
    private const string FunctionKey = "client-tests";

    private readonly Azurite _azurite = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private LocalHostProcess? _host;

    public string Storage => _azurite.ConnectionString;

    /// <summary>The client that the application's server uses, with the function key.</summary>
    public FuncCometClient Server => new(_http, new FuncCometClientOptions { BaseAddress = _host!.Url, FunctionKey = FunctionKey });

    /// <summary>Creates a client as recipients use it: it gets its tokens from the server.</summary>
    public FuncCometClient Recipient(TimeSpan lease) => new(_http, new FuncCometClientOptions
    {
        BaseAddress = _host!.Url,
        TokenProvider = (recipient, end) => Server.GetTokenAsync(recipient, cancellationToken: end),
        Lease = lease,
    });

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", Storage, "--enable-auth", FunctionKey],
            new Dictionary<string, string>
            {
                ["FuncComet__Token__Required"] = "true",
                ["FuncComet__Token__SigningKey"] = "client-tests-client-tests-client-tests",
            });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host!.DisposeAsync();
        await _azurite.DisposeAsync();
    }
}
