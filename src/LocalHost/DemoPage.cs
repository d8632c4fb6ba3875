using FuncComet.Functions.Tokens;
using FuncComet.LocalHost.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace FuncComet.LocalHost;

/// <summary>
/// Serves the demo page at <c>/</c> and the JavaScript client that it uses at <c>/funccomet</c>, from the current files
/// of clients/js. It is not part of the function app.
/// </summary>
internal static class DemoPage
{
    // The page loads nothing from other origins, and no other site may frame it.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

    private static readonly FileExtensionContentTypeProvider ContentTypes = new(new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    });

    public static void Use(WebApplication app)
    {
        // The page cannot find out for itself where the functions are and which credentials they require.
        var settings = new
        {
            api = $"/{FunctionEndpoints.RoutePrefix(AppContext.BaseDirectory)}",
            keys = app.Configuration[FunctionEndpoints.KeySetting] is { Length: > 0 },
            tokens = app.Services.GetRequiredService<IOptions<TokenOptions>>().Value.Required,
        };
        app.MapGet("/settings.json", () => settings);
        var demo = Files("demo");
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = demo });
        app.UseStaticFiles(Served("", demo));
        app.UseStaticFiles(Served("/funccomet", Files("src")));
    }

    private static PhysicalFileProvider Files(string folder) => new(Path.Combine(RepositoryRoot.Folder, "clients", "js", folder));

    private static StaticFileOptions Served(string path, PhysicalFileProvider files) =>
        new() { RequestPath = path, FileProvider = files, ContentTypeProvider = ContentTypes, OnPrepareResponse = SetHeaders };

    private static void SetHeaders(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // The browser revalidates the file each time, so that a change shows at once.
        headers.CacheControl = "no-cache";
    }
}
