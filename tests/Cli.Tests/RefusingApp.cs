using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FuncComet.Cli.Tests;

/// <summary>An app that answers every request with the same answer.</summary>
internal sealed class RefusingApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RefusingApp(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.Single()}/api";

    public static async Task<RefusingApp> StartAsync(
        string answer,
        int status = StatusCodes.Status503ServiceUnavailable,
        string contentType = "application/problem+json")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            return context.Response.WriteAsync(answer);
        });
        await app.StartAsync();
        return new RefusingApp(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
