using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.LocalHost.Hosting;

/// <summary>
/// CORS as the platform does it, in front of every function and key: allowed origins may use any method and any header.
/// The origins come from <c>--cors</c> or, as with Core Tools, from <c>Host.CORS</c> and <c>Host.CORSCredentials</c> of
/// local.settings.json. Without either, CORS is off.
/// </summary>
internal static class PlatformCors
{
    public const string OriginsSetting = "LocalHost:Cors";
    public const string CredentialsSetting = "LocalHost:CorsCredentials";

    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        if (configuration[OriginsSetting] is { Length: > 0 } origins)
        {
            services.AddCors(cors => cors.AddDefaultPolicy(Policy(origins, configuration.GetValue<bool>(CredentialsSetting))));
        }
    }

    public static void Use(WebApplication app)
    {
        if (app.Configuration[OriginsSetting] is { Length: > 0 })
        {
            app.UseCors();
        }
    }

    private static CorsPolicy Policy(string origins, bool credentials)
    {
        var allowed = origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (credentials && allowed.Contains(CorsConstants.AnyOrigin))
        {
            throw new StartException("CORS: CORSCredentials cannot be combined with every origin (*). List the origins.");
        }

        var policy = new CorsPolicyBuilder(allowed).AllowAnyHeader().AllowAnyMethod();
        return (credentials ? policy.AllowCredentials() : policy).Build();
    }
}
