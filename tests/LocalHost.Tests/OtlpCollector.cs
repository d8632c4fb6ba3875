using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FuncComet.LocalHost.Tests;

/// <summary>
/// Receives telemetry over HTTP and keeps its bytes. Text in OTLP's protobuf is plain UTF-8, so the bytes can be searched.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Payload)> _exports = new();

    private OtlpCollector(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyCollection<byte[]> Payloads => [.. _exports.Select(export => export.Payload)];

    public IReadOnlyCollection<byte[]> Traces => Of("/v1/traces");

    public IReadOnlyCollection<byte[]> Metrics => Of("/v1/metrics");

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var collector = new OtlpCollector(builder.Build());
        collector._app.Urls.Add("http://127.0.0.1:0");
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public byte[][] Of(string path) => [.. _exports.Where(export => export.Path == path).Select(export => export.Payload)];

    private async Task TakeAsync(HttpContext context)
    {
        using var payload = new MemoryStream();
        await context.Request.Body.CopyToAsync(payload, context.RequestAborted);
        _exports.Enqueue((context.Request.Path, payload.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
