using System.CommandLine;
using System.Net;
using FuncComet.Client;

namespace FuncComet.Cli.Connection;

/// <summary>The clients of one app.</summary>
internal sealed class AppConnection : IDisposable
{
    // An app that cannot be reached is told so before whoever typed the command gives up.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string? _key;
    private readonly WarningLogger _logger = new();

    public AppConnection(ParseResult parsed)
    {
        _address = Address(ValueOf(parsed, GlobalOptions.Url, GlobalOptions.UrlVariable)
            ?? throw new UsageException($"Say where the app is: --url or {GlobalOptions.UrlVariable}, as http://localhost:7071/api."));
        _key = ValueOf(parsed, GlobalOptions.Key, GlobalOptions.KeyVariable);

        // There is no limit to the number of connections, so that each held poll can have its own. A redirect is not followed, because it
        // would take the function key to another host.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = LongestConnect, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Server = new FuncCometClient(_http, Options(tokens: null), logger: _logger);
        Administration = new FuncCometAdministration(_http, Options(tokens: null));
    }

    /// <summary>The client with the function key.</summary>
    public FuncCometClient Server { get; }

    public FuncCometAdministration Administration { get; }

    /// <summary>Returns the value of an option or, if it is not given, of its environment variable; null if both are missing.</summary>
    public static string? ValueOf(ParseResult parsed, Option<string?> option, string variable)
    {
        // A shell variable that is not set gives an empty argument.
        if (parsed.GetResult(option) is not null)
        {
            return parsed.GetValue(option) is { Length: > 0 } given ? given : throw new UsageException($"{option.Name} must not be empty.");
        }

        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } kept ? kept : null;
    }

    /// <summary>
    /// Creates a client that polls: with this token, else with tokens that it asks for with the function key, else without one.
    /// </summary>
    public async Task<FuncCometClient> ReaderAsync(
        string recipient,
        string? token,
        TimeSpan lease,
        TimeSpan pollTimeout,
        CancellationToken cancellationToken)
    {
        var options = Options(
            token is not null ? (_, _) => Task.FromResult(new RecipientToken(token, DateTimeOffset.MaxValue))
            : await IssuesTokensAsync(recipient, cancellationToken) ? (name, end) => Server.GetTokenAsync(name, cancellationToken: end)
            : null);
        options.Lease = lease;
        options.PollTimeout = pollTimeout;
        return new FuncCometClient(_http, options, logger: _logger);
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> IssuesTokensAsync(string recipient, CancellationToken cancellationToken)
    {
        if (_key is null)
        {
            return false;
        }

        try
        {
            await Server.GetTokenAsync(recipient, cancellationToken: cancellationToken);
            return true;
        }
        catch (FuncCometException ex) when (ex.Status == HttpStatusCode.NotImplemented)
        {
            // An app without a signing key asks for no tokens.
            return false;
        }
    }

    private FuncCometClientOptions Options(Func<string, CancellationToken, Task<RecipientToken>>? tokens) =>
        new() { BaseAddress = _address, FunctionKey = _key, TokenProvider = tokens };

    // The route prefix may be left out, as in the address that a deployment prints.
    private static Uri Address(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            throw new UsageException("The app's address must be an absolute one, as https://….azurewebsites.net/api.");
        }

        return address.PathAndQuery == "/" ? new Uri(address, "api") : address;
    }
}
