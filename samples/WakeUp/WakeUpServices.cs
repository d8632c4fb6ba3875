using Lib.Net.Http.WebPush;
using Lib.Net.Http.WebPush.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.WakeUp;

/// <summary>Registers what <see cref="WakeUpFunction"/> needs, except the <see cref="ISubscriptions"/>.</summary>
public static class WakeUpServices
{
    public static IServiceCollection AddWakeUp(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetRequiredSection("WakeUp");
        services.AddHttpClient<Mailboxes>(http =>
        {
            http.BaseAddress = new Uri(Required(settings, "FuncComet"));
            http.DefaultRequestHeaders.Add("x-functions-key", Required(settings, "FunctionKey"));
        });

        // It holds a key, so all clients share one.
        services.AddSingleton(_ => new VapidAuthentication(Required(settings, "PublicKey"), Required(settings, "PrivateKey"))
        {
            Subject = Required(settings, "Subject"),
        });
        services.AddHttpClient("web-push").AddTypedClient((http, provider) => new PushServiceClient(http)
        {
            DefaultAuthentication = provider.GetRequiredService<VapidAuthentication>(),

            // The trigger repeats the note instead, and nothing waits in the meantime.
            AutoRetryAfter = false,
        });
        return services;
    }

    private static string Required(IConfiguration settings, string name) =>
        settings[name] ?? throw new InvalidOperationException($"WakeUp__{name} is not set.");
}
