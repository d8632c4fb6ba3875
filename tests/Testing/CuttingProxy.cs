using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace FuncComet.Testing;

/// <summary>
/// A proxy that does not let a request last longer than its limit. It answers 504 then and closes the client's connection, or resets it.
/// It keeps its request to the app open and takes the answer, as some load balancers do: so the app holds the poll of a client that has
/// long begun another, and hands a message to nobody.
/// </summary>
public sealed class CuttingProxy : HttpTransformer, IAsyncDisposable
{
    private readonly Uri _app;
    private readonly bool _resets;
    private readonly Cutter _cutter;
    private readonly HttpMessageInvoker _requests;
    private readonly WebApplication _proxy;

    private CuttingProxy(Uri app, TimeSpan limit, bool resets)
    {
        (_app, _resets, _cutter) = (app, resets, new Cutter(limit));
        _requests = new HttpMessageInvoker(_cutter);
        var builder = LoopbackServer.CreateBuilder();
        builder.Services.AddRouting().AddHttpForwarder();
        _proxy = builder.Build();
        _proxy.Run(ForwardAsync);
    }

    /// <summary>The base address of the functions behind the proxy, which ends in <c>/api/</c>.</summary>
    public Uri Url => new(new Uri(_proxy.Urls.Single()), _app.AbsolutePath);

    /// <summary>The limit, which can be changed. It counts for requests that begin from then on.</summary>
    public TimeSpan Limit
    {
        get => _cutter.Limit;
        set => _cutter.Limit = value;
    }

    /// <summary>How many requests were cut so far.</summary>
    public int Cuts => _cutter.Cuts;

    /// <summary>How many answers with messages came when their clients had been cut off.</summary>
    public int LostMessages => _cutter.LostMessages;

    /// <summary>Starts a proxy in front of an app. With <paramref name="resets"/> it resets connections instead of answering 504.</summary>
    public static async Task<CuttingProxy> StartAsync(Uri app, TimeSpan limit, bool resets = false)
    {
        var proxy = new CuttingProxy(app, limit, resets);
        await proxy._proxy.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _requests.Dispose();
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (proxyResponse is not Cut)
        {
            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }

        if (_resets)
        {
            httpContext.Abort();
            return false;
        }

        httpContext.Response.Headers.Connection = "close";
        return true;
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        await forwarder.SendAsync(context, _app.GetLeftPart(UriPartial.Authority), _requests, ForwarderRequestConfig.Empty, this);
    }

    private sealed class Cut() : HttpResponseMessage(HttpStatusCode.GatewayTimeout);

    /// <summary>Sends requests to the app, and answers in its place when the limit is reached.</summary>
    private sealed class Cutter(TimeSpan limit)
        : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
    {
        private int _cuts;
        private int _lostMessages;

        public TimeSpan Limit { get; set; } = limit;

        public int Cuts => Volatile.Read(ref _cuts);

        public int LostMessages => Volatile.Read(ref _lostMessages);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // The app does not learn that a client has left.
            var answering = base.SendAsync(request, CancellationToken.None);
            try
            {
                return await answering.WaitAsync(Limit, cancellationToken);
            }
            catch (TimeoutException)
            {
                Interlocked.Increment(ref _cuts);
                _ = TakeAsync(answering);
                return new Cut();
            }
            catch (OperationCanceledException)
            {
                _ = TakeAsync(answering);
                throw;
            }
        }

        // Reads the whole answer, so that the app counts it as written.
        private async Task TakeAsync(Task<HttpResponseMessage> answering)
        {
            try
            {
                using var answer = await answering;
                await answer.Content.LoadIntoBufferAsync();
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref _lostMessages);
                }
            }
            catch (Exception ex) when (ex is HttpRequestException or SocketException or OperationCanceledException)
            {
                // The app has ended before it answered, or the proxy has. Nobody waits for this answer.
            }
        }
    }
}
