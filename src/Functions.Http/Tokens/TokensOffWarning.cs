using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens;

/// <summary>Logs a warning at every start if tokens are off.</summary>
internal sealed partial class TokensOffWarning(IOptions<TokenOptions> options, ILogger<TokensOffWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Required)
        {
            Log.TokensAreOff(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Tokens are off (FuncComet__Token__Required is false): "
            + "anyone who can reach this app can read and empty any mailbox whose name they know.")]
        public static partial void TokensAreOff(ILogger logger);
    }
}
