using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FuncComet.Functions.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FuncComet.LocalHost.Hosting;

/// <summary>
/// Maps the functions as the Functions host does: routes under host.json's prefix, verbs, keys, and the limits with the tokens they fire.
/// </summary>
internal sealed partial class FunctionEndpoints(IServiceProvider services, HostLimit limit, string? key, TimeProvider time, ILogger<FunctionEndpoints> logger)
{
    public const string KeySetting = "LocalHost:Key";

    // The host's own proxy to the worker ends a request after this time; it fires RequestAborted only.
    private static readonly TimeSpan ProxyLimit = TimeSpan.FromSeconds(240);

    // What the host gives a function to end after it was cancelled at functionTimeout.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static void Map(WebApplication app)
    {
        var endpoints = new FunctionEndpoints(
            app.Services,
            app.Services.GetRequiredService<HostLimit>(),
            app.Configuration[KeySetting] is { Length: > 0 } key ? key : null,
            app.Services.GetRequiredService<TimeProvider>(),
            app.Services.GetRequiredService<ILogger<FunctionEndpoints>>());
        var prefix = RoutePrefix(AppContext.BaseDirectory);
        foreach (var function in FunctionDescriptor.All)
        {
            var route = app.Map($"{prefix}/{function.Route}", context => endpoints.InvokeAsync(function, context));
            if (function.Methods.Count > 0)
            {
                route.WithMetadata(new HttpMethodMetadata(function.Methods));
            }
        }
    }

    public static string RoutePrefix(string folder) =>
        new ConfigurationBuilder().SetBasePath(folder).AddJsonFile("host.json", optional: true).Build()["extensions:http:routePrefix"] ?? "api";

    private async Task InvokeAsync(FunctionDescriptor function, HttpContext context)
    {
        if (function.NeedsKey && key is not null && !HasKey(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        // Every service here is a singleton: a scope for each request would be kept for as long as it is held.
        context.RequestServices = services;

        // The client's leaving fires both tokens; functionTimeout only the function's; the proxy's limit only RequestAborted.
        using var invocation = function.TakesToken ? new CancellationTokenSource() : null;
        var proxyEnded = false;
        await using var onClientAborted = invocation is null ? default : context.RequestAborted.Register(() =>
        {
            if (!Volatile.Read(ref proxyEnded))
            {
                invocation.Cancel();
            }
        });
        try
        {
            // One timer at a time, since it is there for every poll that is held: first the proxy's, unless functionTimeout comes before.
            var began = time.GetTimestamp();
            var running = function.InvokeAsync(context.Request, invocation?.Token ?? CancellationToken.None);
            if (!(limit.FunctionTimeout < ProxyLimit))
            {
                await EndOf(running, ProxyLimit);
                if (!running.IsCompleted)
                {
                    Volatile.Write(ref proxyEnded, true);
                    context.Abort();
                }
            }

            if (limit.FunctionTimeout is { } timeout)
            {
                await EndOf(running, timeout - time.GetElapsedTime(began));
                if (!running.IsCompleted)
                {
                    await (invocation?.CancelAsync() ?? Task.CompletedTask);
                    await EndOf(running, Grace);
                    EndByTimeout(function, context, running, timeout);
                    return;
                }
            }

            await running;
        }
        catch (Exception ex)
        {
            Log.Failed(logger, function.Name, ex);
            if (!context.Response.HasStarted)
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }

    private bool HasKey(HttpRequest request)
    {
        var given = request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].ToString();

        // Hashed, since the comparison takes the same time only for what has the same length.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key!)));
    }

    private void EndByTimeout(FunctionDescriptor function, HttpContext context, Task running, TimeSpan timeout)
    {
        if (!running.IsCompleted)
        {
            Log.WouldRestart(logger, function.Name, timeout);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    // Ends with it or when the time is over, whichever is first; no method that waits for it, since that would be kept for every poll that is held.
    private ConfiguredTaskAwaitable EndOf(Task running, TimeSpan limit) =>
        running.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function {Function} failed: the host answers an empty 500.")]
        public static partial void Failed(ILogger logger, string function, Exception exception);

        [LoggerMessage(2, LogLevel.Critical, "Function {Function} went on after functionTimeout ({Timeout}): the host would restart the worker now, and every poll with it.")]
        public static partial void WouldRestart(ILogger logger, string function, TimeSpan timeout);
    }
}
