using FuncComet.Functions.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace FuncComet.Functions;

internal static class Program
{
    public static Task Main(string[] args) => CreateHost(args).RunAsync();

    /// <summary>Builds the function app. LocalHost uses it too.</summary>
    public static IHost CreateHost(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.AddFuncComet();
        return builder.Build();
    }
}
