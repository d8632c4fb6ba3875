using FuncComet.Cli.Output;
using FuncComet.Client;
using Microsoft.Extensions.Logging;

namespace FuncComet.Cli.Connection;

/// <summary>Shows the client's warnings on standard error, such as that a poll failed and is tried again.</summary>
internal sealed class WarningLogger : ILogger<FuncCometClient>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Terminal.WriteError(formatter(state, exception));
        }
    }
}
