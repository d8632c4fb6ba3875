using FuncComet.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Cli.Tests;

/// <summary>An app that answers what a test wants.</summary>
internal sealed class FakeApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeApp(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.Single()}/api";

    /// <summary>Starts an app that answers every request with the same answer.</summary>
    public static Task<FakeApp> StartAsync(
        string answer,
        int status = StatusCodes.Status503ServiceUnavailable,
        string contentType = "application/problem+json") =>
        StartAsync(context => AnswerAsync(context, answer, status, contentType));

    /// <summary>Starts an app that answers with JSON: each answer once, in this order. It lists the requests.</summary>
    public static Task<FakeApp> StartAsync(ICollection<string> requests, params string[] answers)
    {
        var rest = new Queue<string>(answers);
        return StartAsync(context =>
        {
            requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return AnswerAsync(context, rest.Dequeue());
        });
    }

    public static async Task<FakeApp> StartAsync(RequestDelegate answer)
    {
        var app = LoopbackServer.CreateBuilder().Build();
        app.Run(answer);
        await app.StartAsync();
        return new FakeApp(app);
    }

    public static Task AnswerAsync(
        HttpContext context,
        string answer,
        int status = StatusCodes.Status200OK,
        string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(answer);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
