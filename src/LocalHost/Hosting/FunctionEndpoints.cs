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
/// Maps the functions as the Functions host does: routes below host.json's prefix, methods, keys, and the limits with
/// the tokens that they fire.
/// </summary>
internal sealed partial class FunctionEndpoints(
    IServiceProvider services,
    HostLimit limit,
    string? key,
    TimeProvider time,
    ILogger<FunctionEndpoints> logger)
{
    public const string KeySetting = "LocalHost:Key";

    // The host's own proxy to the worker ends a request after this time. It fires only RequestAborted.
    private static readonly TimeSpan ProxyLimit = TimeSpan.FromSeconds(240);

    // The time that the host leaves a function after cancelling it at functionTimeout.
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
        new ConfigurationBuilder()
            .SetBasePath(folder)
            .AddJsonFile("host.json", optional: true)
            .Build()["extensions:http:routePrefix"] ?? "api";

    private async Task InvokeAsync(FunctionDescriptor function, HttpContext context)
    {
        if (function.NeedsKey && key is not null && !HasKey(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        // Every service here is a singleton. A scope per request would stay in memory as long as the request is held.
        context.RequestServices = services;

        // A client that leaves fires both tokens, functionTimeout only the function's, and the proxy's limit only
        // RequestAborted.
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
            // Every held poll has this timer, so only one runs at once: first the proxy's, unless functionTimeout comes earlier.
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

        // Hashed, since only inputs of equal length are compared in constant time.
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key!)));
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

    // Completes when the function ends or the time is over. It is no async method, since every held poll would keep
    // that method's state.
    private ConfiguredTaskAwaitable EndOf(Task running, TimeSpan limit) =>
        running.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function {Function} failed. The answer is an empty 500.")]
        public static partial void Failed(ILogger logger, string function, Exception exception);

        [LoggerMessage(
            2,
            LogLevel.Critical,
            "Function {Function} still ran after functionTimeout ({Timeout}). The host would now restart the worker and end every poll.")]
        public static partial void WouldRestart(ILogger logger, string function, TimeSpan timeout);
    }
}
