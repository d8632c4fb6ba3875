using FuncComet.Functions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FuncComet.Functions.Tests.Hosting;

public sealed class LoggingTests
{
    [Theory]
    [InlineData("FuncComet.Polling.LongPoll", LogLevel.Information, true)]
    [InlineData("Microsoft.Hosting.Lifetime", LogLevel.Information, true)]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Http.Result.Utf8ContentHttpResult", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning, true)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Critical, false)]
    public void AddFuncComet_LogsNoLineOfAspNetCoreForEachRequest(string category, LogLevel level, bool expected)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.AddConsole();
        builder.AddFuncComet();
        using var host = builder.Build();

        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

        Assert.Equal(expected, logger.IsEnabled(level));
    }
}
