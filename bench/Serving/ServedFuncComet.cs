using FuncComet.LocalHost.Hosting;
using FuncComet.Polling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Bench.Serving;

/// <summary>The function app as LocalHost runs it. Its settings come from environment variables.</summary>
internal static class ServedFuncComet
{
    public static (IHost Host, Func<int> Held) Create()
    {
        var host = FunctionsHost.Create(["--LocalHost:Port=0"]);
        var held = host.Services.GetRequiredService<HeldPolls>();
        return (host, () => held.Count);
    }
}
