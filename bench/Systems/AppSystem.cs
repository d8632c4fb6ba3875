using System.Collections.Concurrent;
using FuncComet.Bench.Deployments;

namespace FuncComet.Bench.Systems;

/// <summary>FuncComet at an address. It does not tell how many polls it holds.</summary>
internal sealed class AppSystem(string name, IDeployment deployment) : IPushSystem
{
    // The app may have other recipients.
    private readonly string _prefix = $"bench-{Guid.NewGuid():N}-";
    private readonly ConcurrentDictionary<string, bool> _recipients = new();
    private readonly HttpClient _http = Http.CreateClient();
    private RecipientTokens? _tokens;

    public string Name => name;

    /// <summary>A push, relative to the address of an app's functions.</summary>
    public static HttpRequestMessage Push(string recipient) => new(HttpMethod.Post, $"push?rcpt={recipient}") { Content = Http.Body() };

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await deployment.StartAsync(cancellationToken);
        _tokens = await RecipientTokens.RequiredByAsync(_http, deployment, $"{_prefix}probe", cancellationToken);
    }

    public IWaitingClient NewClient(string recipient, TimeSpan firstTimeout) =>
        new FuncCometClient(_http, deployment.Api, Known(recipient), firstTimeout, _tokens);

    public async Task PushAsync(string recipient, CancellationToken cancellationToken)
    {
        using var request = At(Push(Known(recipient)));
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public Task<Holding> ReadHeldAsync(CancellationToken cancellationToken) => Task.FromResult(Holding.Unknown);

    public async Task<SystemState> ReadStateAsync(bool collect, CancellationToken cancellationToken) =>
        await deployment.ReadUsageAsync() is { } usage ? SystemState.Sum([usage.Host, usage.Worker]) : new SystemState();

    public async ValueTask DisposeAsync()
    {
        if (deployment.IsKept)
        {
            await Parallel.ForEachAsync(_recipients.Keys, async (recipient, _) => await EraseAsync(recipient));
        }

        _http.Dispose();
        await deployment.DisposeAsync();
    }

    private string Known(string recipient)
    {
        var known = _prefix + recipient;
        _recipients.TryAdd(known, true);
        return known;
    }

    private async Task EraseAsync(string recipient)
    {
        using var request = At(new HttpRequestMessage(HttpMethod.Delete, $"mailbox?rcpt={recipient}&erase=true"));
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
    }

    private HttpRequestMessage At(HttpRequestMessage request) => request.At(deployment.Api).WithKey(deployment.FunctionKey);
}
