using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FuncComet.Infra.Tests;

/// <summary>An app of several instances, as far as infra/deploy.sh asks: each request may be answered by another version.</summary>
internal sealed class StandInApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;
    private int _healthAsked;

    private StandInApp(WebApplication app) => _app = app;

    /// <summary>The version that answers a request, by the number of the request: 1, 2, and so on.</summary>
    public required Func<int, string> Version { get; init; }

    /// <summary>How it answers whether it reaches its storage, by the number of the request.</summary>
    public required Func<int, HttpStatusCode> Health { get; init; }

    public required HttpStatusCode PollWithoutToken { get; init; }

    /// <summary>The connections over which the version was asked for, one for each time.</summary>
    public ConcurrentQueue<string> Connections { get; } = [];

    public string Url => _app.Urls.Single();

    public static async Task<StandInApp> StartAsync(
        Func<int, string> version,
        Func<int, HttpStatusCode>? health = null,
        HttpStatusCode pollWithoutToken = HttpStatusCode.Unauthorized)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = new StandInApp(builder.Build())
        {
            Version = version,
            Health = health ?? (_ => HttpStatusCode.OK),
            PollWithoutToken = pollWithoutToken,
        };
        app._app.Run(app.AnswerAsync);
        await app._app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/api/about")
        {
            Connections.Enqueue(context.Connection.Id);
            context.Response.Headers["Comet-Version"] = Version(Interlocked.Increment(ref _asked));
        }

        context.Response.StatusCode = (int)(context.Request.Path.Value switch
        {
            "/api/about" => HttpStatusCode.OK,
            "/api/health" => Health(Interlocked.Increment(ref _healthAsked)),
            "/api/poll" => PollWithoutToken,
            _ => HttpStatusCode.NotFound,
        });
        return Task.CompletedTask;
    }
}
