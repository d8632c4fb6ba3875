using Xunit;

namespace FuncComet.Testing;

/// <summary>A LocalHost with an Azurite of its own that requires a function key and tokens, as a deployment does.</summary>
public sealed class SecuredLocalHost(string functionKey, IReadOnlyDictionary<string, string>? settings = null) : IAsyncLifetime
{
    private readonly Azurite _azurite = new();
    private LocalHostProcess? _host;

    public string Storage => _azurite.ConnectionString;

    /// <summary>The base address of the functions, which ends in <c>/api/</c>.</summary>
    public Uri Url => _host!.Url;

    public string FunctionKey => functionKey;

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", Storage, "--enable-auth", functionKey],
            new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
            {
                ["FuncComet__Token__Required"] = "true",
                ["FuncComet__Token__SigningKey"] = $"signing-key-signing-key-signing-key-{functionKey}",
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}
