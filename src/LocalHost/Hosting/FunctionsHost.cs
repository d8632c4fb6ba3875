using FuncComet.Functions.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging;

namespace FuncComet.LocalHost.Hosting;

/// <summary>Runs the functions on Kestrel, wired as in the function app, with the Functions host's behaviour around them.</summary>
internal static class FunctionsHost
{
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        SetUpLogging(builder);
        KestrelSetup.Configure(builder.WebHost, builder.Configuration, builder.Services);
        PlatformCors.Add(builder.Services, builder.Configuration);
        builder.AddFuncComet();

        var app = builder.Build();
        AsciiHeaders.Require(app);
        PlatformCors.Use(app);
        DemoPage.Use(app);
        FunctionEndpoints.Map(app);
        return app;
    }

    private static void SetUpLogging(WebApplicationBuilder builder)
    {
        // Inserted first, so that Logging__LogLevel__… in the environment overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",

                // If a start fails, Program prints one line instead.
                ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
            },
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "[yyyy-MM-dd'T'HH:mm:ss.fff'Z'] ";
            console.UseUtcTimestamp = true;
        });
    }
}
