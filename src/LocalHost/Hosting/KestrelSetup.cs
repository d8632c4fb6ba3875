using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.LocalHost.Hosting;

/// <summary>Sets how Kestrel listens and stops.</summary>
internal static class KestrelSetup
{
    public const string PortSetting = "LocalHost:Port";

    // Together with the storage's stop, the whole stop takes less than 3 seconds.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    public static void Configure(IWebHostBuilder web, IConfiguration configuration, IServiceCollection services)
    {
        var port = configuration.GetValue<int>(PortSetting);
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(port);
            }
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = LongestStop);
    }
}
