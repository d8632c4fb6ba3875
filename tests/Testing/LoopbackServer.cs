using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace FuncComet.Testing;

/// <summary>A small server of a test: the storage's relay, a proxy, an identity provider.</summary>
public static class LoopbackServer
{
    /// <summary>Begins one that listens on a free port of this machine and has nothing else yet.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        return builder;
    }
}
