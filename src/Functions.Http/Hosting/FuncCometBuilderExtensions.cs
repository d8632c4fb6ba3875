using FuncComet.Functions.Poll;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Hosting;

internal static class FuncCometBuilderExtensions
{
    /// <summary>All the wiring: Core, and what HTTP adds to it.</summary>
    public static IHostApplicationBuilder AddFuncComet(this IHostApplicationBuilder builder)
    {
        builder.Services.AddFuncCometCore(builder.Configuration);
        builder.Services.AddSingleton(_ => HostLimit.Read(builder.Configuration, AppContext.BaseDirectory));
        builder.Services.AddAnnotatedOptions<PollOptions>(PollOptions.SectionName);
        builder.Services.AddSingleton<IValidateOptions<PollOptions>, PollOptionsHostValidator>();
        builder.Services.AddSingleton<PollTimeouts>();
        builder.Services.AddAnnotatedOptions<RequestLimitOptions>(RequestLimitOptions.SectionName);
        builder.Services.AddAnnotatedOptions<TokenOptions>(TokenOptions.SectionName);
        builder.Services.AddSingleton<RecipientTokens>();
        builder.Services.AddSingleton<TokenGate>();
        builder.Services.AddHostedService<TokensOffWarning>();
        builder.AddTelemetryExport();

        // They log each request with its query, and of one that is no HTTP the line at fault: recipients, keys and tokens may stand in either. With the first off
        // altogether ASP.NET makes no activity of its own for each request either, which nobody exports: the request's trace is read from its headers.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning);

        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            // With a buffer an answer counts as written while its bytes are still in this process; killed then, after the delete, it would take the
            // message with it. With this one (0 would mean without bound) a write ends when the operating system has all of it.
            sockets.MaxWriteBufferSize = 1;

            // From the push's bytes to those of the waiting answer on one thread of the pool, where each change of threads would take longer than what is done on it.
            // What is unsafe about it is code that blocks: there is none here.
            sockets.UnsafePreferInlineScheduling = true;
        });
        return builder;
    }
}
