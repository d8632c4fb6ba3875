using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FuncComet.WakeUp.Tests;

/// <summary>A browser vendor's push service: takes what it is sent, and answers 201 unless told otherwise.</summary>
internal sealed class PushService : IAsyncDisposable
{
    /// <summary>Its origin, at the default port, as public push services have it.</summary>
    public const string Origin = "http://push.example";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<PushedCall> _calls = [];

    private PushService(WebApplication app) => _app = app;

    /// <summary>The status of the answer to a path.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = [];

    /// <summary>What was sent to the endpoints of a recipient's browsers: /recipient/browser.</summary>
    public IReadOnlyList<PushedCall> CallsTo(string recipient) =>
        [.. _calls.Where(call => call.Path.StartsWith($"/{recipient}/", StringComparison.Ordinal))];

    /// <summary>Connects to this service, whatever the request's host.</summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(_app.Urls.Single()).Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    public static async Task<PushService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var service = new PushService(builder.Build());
        service._app.Urls.Add("http://127.0.0.1:0");
        service._app.Run(service.TakeAsync);
        await service._app.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _calls.Enqueue(new PushedCall(context.Request.Path, headers, body.ToArray()));
        context.Response.StatusCode = Answers.GetValueOrDefault($"{context.Request.Path}", StatusCodes.Status201Created);
    }
}
