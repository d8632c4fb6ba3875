using FuncComet.Functions.Poll;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
        return builder;
    }
}
