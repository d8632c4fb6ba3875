using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>Registers the client for dependency injection.</summary>
public static class FuncCometClientServices
{
    /// <summary>The name of the client's <see cref="HttpClient"/> in <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "FuncComet";

    // The client lives as long as the application, so its connections have to notice that an address has moved.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Registers one <see cref="FuncCometClient"/> for the application. Options out of their range stop the start. A <see cref="TimeProvider"/> among the services is used.
    /// </summary>
    /// <returns>The builder of its <see cref="HttpClient"/>. A handler that limits the time of an attempt, as the standard resilience handler does, does not go with held polls: remove it here.</returns>
    public static IHttpClientBuilder AddFuncCometClient(this IServiceCollection services, Action<FuncCometClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<FuncCometClientOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FuncCometClientOptions>, FuncCometClientOptionsRules>());
        services.TryAddSingleton(provider => new FuncCometClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName),
            provider.GetRequiredService<IOptions<FuncCometClientOptions>>().Value,
            provider.GetService<TimeProvider>(),
            provider.GetService<ILogger<FuncCometClient>>()));

        // The client has its own limits, by which a held poll may take its time.
        var builder = services.AddHttpClient(HttpClientName, http => http.Timeout = Timeout.InfiniteTimeSpan).SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        return OperatingSystem.IsBrowser() ? builder : builder.UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = ConnectionLifetime);
    }
}
