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

    // The client lives as long as the application; renewing its connections makes it follow DNS changes.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Registers one <see cref="FuncCometClient"/> and one <see cref="FuncCometAdministration"/> for the application. They use the <see
    /// cref="TimeProvider"/> among the services, if there is one. An option that is missing or out of its range stops the start.
    /// </summary>
    /// <returns>
    /// The builder of its <see cref="HttpClient"/>. A handler that limits an attempt's time, as the standard resilience handler does, cuts
    /// held polls off: remove it with this builder.
    /// </returns>
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
        services.TryAddSingleton(provider => new FuncCometAdministration(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName),
            provider.GetRequiredService<IOptions<FuncCometClientOptions>>().Value,
            provider.GetService<TimeProvider>()));

        // The client limits every request itself, and a held poll by its own timeout.
        var builder = services.AddHttpClient(HttpClientName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        return OperatingSystem.IsBrowser()
            ? builder
            : builder.UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = ConnectionLifetime);
    }
}
