using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace FuncComet.Testing;

/// <summary>
/// A proxy in front of an app, as the Functions host stands in front of its worker: if the app dies or does not listen, the client gets an
/// empty 500.
/// </summary>
public sealed class SecondHop : HttpTransformer, IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Function, string? Key)> _failed = new();
    private readonly HttpMessageInvoker _app = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
    private readonly WebApplication _proxy;
    private readonly Uri _url;
    private volatile bool _cutsAnswers;

    private SecondHop(Uri app)
    {
        _url = app;
        var builder = LoopbackServer.CreateBuilder();
        builder.Services.AddRouting().AddHttpForwarder();
        _proxy = builder.Build();
        _proxy.Run(ForwardAsync);
    }

    /// <summary>The base address of the functions behind the proxy, which ends in <c>/api/</c>.</summary>
    public Uri Url => new(new Uri(_proxy.Urls.Single()), _url.AbsolutePath);

    /// <summary>Whether answers with messages are read from the app completely, and the client's connection is cut instead.</summary>
    public bool CutsAnswers
    {
        get => _cutsAnswers;
        set => _cutsAnswers = value;
    }

    /// <summary>The function and the idempotency key of each request so far that was answered with an empty 500.</summary>
    public IReadOnlyCollection<(string Function, string? Key)> Failed => _failed;

    public static async Task<SecondHop> StartAsync(Uri app)
    {
        var hop = new SecondHop(app);
        await hop._proxy.StartAsync();
        return hop;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _app.Dispose();
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (CutsAnswers && proxyResponse?.StatusCode == HttpStatusCode.OK)
        {
            await proxyResponse.Content.LoadIntoBufferAsync(cancellationToken);
            httpContext.Abort();
            return false;
        }

        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        var error = await forwarder.SendAsync(
            context,
            _url.GetLeftPart(UriPartial.Authority),
            _app,
            ForwarderRequestConfig.Empty,
            this);
        if (error == ForwarderError.Request && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            var request = context.Request;
            _failed.Enqueue((request.Path.Value!.Split('/')[^1], request.Headers["Idempotency-Key"]));
        }
    }
}
