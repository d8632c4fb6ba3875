using FuncComet.Testing;

namespace FuncComet.Client.Tests;

/// <summary>A LocalHost that requires function keys and tokens, shared by all tests that need no special one.</summary>
public sealed class LocalApp : IAsyncLifetime
{
    private readonly SecuredLocalHost _host = new("client-tests");
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public string Storage => _host.Storage;

    /// <summary>The client that the application's server uses, with the function key.</summary>
    public FuncCometClient Server => new(_http, WithKey);

    /// <summary>What an operator uses.</summary>
    public FuncCometAdministration Administration => new(_http, WithKey);

    private FuncCometClientOptions WithKey => new() { BaseAddress = _host.Url, FunctionKey = _host.FunctionKey };

    /// <summary>Creates a client as recipients use it: it gets its tokens from the server.</summary>
    public FuncCometClient Recipient(TimeSpan lease) => new(_http, new FuncCometClientOptions
    {
        BaseAddress = _host.Url,
        TokenProvider = (recipient, end) => Server.GetTokenAsync(recipient, cancellationToken: end),
        Lease = lease,
    });

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }
}
