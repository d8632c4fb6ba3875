using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Requests;

/// <summary>Logs a warning at every start if the longest query is set lower than its minimum.</summary>
internal sealed partial class ShortQueryWarning(IOptions<RequestLimitOptions> options, ILogger<ShortQueryWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.RaisedFrom is { } setting)
        {
            Log.QueryLimitRaised(logger, setting, options.Value.MaxQueryLength);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "FuncComet__Request__MaxQueryLength is {Setting} and counts as {Minimum}: in less, acknowledgements of clients do not fit.")]
        public static partial void QueryLimitRaised(ILogger logger, int setting, int minimum);
    }
}
