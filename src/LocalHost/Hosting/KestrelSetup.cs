using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.LocalHost.Hosting;

/// <summary>How Kestrel listens and stops here.</summary>
internal static class KestrelSetup
{
    public const string PortSetting = "LocalHost:Port";

    // With the storage's own stop this keeps the whole below 3 seconds.
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
