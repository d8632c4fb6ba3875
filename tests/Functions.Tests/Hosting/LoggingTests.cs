using FuncComet.Functions.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Functions.Tests.Hosting;

public sealed class LoggingTests
{
    [Theory]
    [InlineData("FuncComet.Polling.LongPoll", LogLevel.Information, true)]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Http.Result.Utf8ContentHttpResult", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning, true)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Critical, false)]
    public void AddFuncComet_LogsNoLineOfAspNetCoreForEachRequest(string category, LogLevel level, bool expected)
    {
        Assert.Equal(expected, IsEnabled(category, level));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", true)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.BadRequests", false)]
    public void AddFuncComet_WhenASettingWantsThem_LogsTheLinesThatHoldNoSecret(string category, bool expected)
    {
        Assert.Equal(expected, IsEnabled(category, LogLevel.Debug, setting: "Debug"));
    }

    private static bool IsEnabled(string category, LogLevel level, string? setting = null)
    {
        var builder = Host.CreateApplicationBuilder();
        if (setting is not null)
        {
            builder.Configuration.AddInMemoryCollection([new("Logging:LogLevel:Microsoft", setting)]);
        }

        builder.AddFuncComet();
        using var host = builder.Build();
        return host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(level);
    }
}
