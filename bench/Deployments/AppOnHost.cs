using System.Text.Json;
using FuncComet.Bench.Systems;
using FuncComet.Testing;

namespace FuncComet.Bench.Deployments;

/// <summary>An app on a Functions host that the bench starts.</summary>
internal sealed class AppOnHost(PublishedApp app, string storage, IReadOnlyDictionary<string, string> settings) : IDeployment
{
    private const string Key = "bench-bench-bench-bench";

    private FunctionsHostProcess? _host;

    public Uri Api => _host!.Url;

    public string FunctionKey => Key;

    public bool IsKept => false;

    /// <summary>Publishes the app if this run has not yet, which takes much longer than a start.</summary>
    public Task PublishAsync() => app.PublishAsync();

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _host = await FunctionsHostProcess.StartAsync(app, storage, Key, settings, port: 0, cancellationToken);

    /// <summary>Starts it, and repeats this request until it succeeds. No other request is sent before.</summary>
    public async Task StartAsync(Func<HttpRequestMessage> first, CancellationToken cancellationToken)
    {
        _host = await FunctionsHostProcess.LaunchAsync(app, storage, Key, settings, port: 0, cancellationToken);
        await _host.UntilAsync(() => first().WithKey(Key), cancellationToken);
    }

    /// <summary>Asks the host for its version.</summary>
    public async Task<string> ReadVersionAsync(CancellationToken cancellationToken)
    {
        using var http = Http.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Api, "/admin/host/status")).WithKey(Key);
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return body.RootElement.GetProperty("version").GetString()!;
    }

    public async Task<HostUsage?> ReadUsageAsync()
    {
        var (host, workers) = await _host!.ReadProcessesAsync();
        return new HostUsage(new SystemState().AddResidentUsage(host), new SystemState().AddResidentUsage(workers));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
