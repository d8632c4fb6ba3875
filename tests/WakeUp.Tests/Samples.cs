using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.WakeUp.Tests;

/// <summary>The lines that docs/wake-up.md shows beside the files of the example.</summary>
internal static class Samples
{
    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddWakeUp(builder.Configuration);
        builder.Services.AddSingleton<ISubscriptions, YourSubscriptions>();
    }
}
