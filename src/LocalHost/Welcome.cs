using FuncComet.LocalHost.Hosting;

namespace FuncComet.LocalHost;

/// <summary>Prints how to use the running app.</summary>
internal static class Welcome
{
    public static void Write(TextWriter output, string address, string routePrefix, bool withKey, bool withTokens)
    {
        var baseUrl = $"{address}/{routePrefix}";
        var key = withKey ? " -H 'x-functions-key: <the key of --enable-auth>'" : "";
        var token = withTokens ? " -H 'Authorization: Bearer <the token>'" : "";
        output.WriteLine();
        output.WriteLine($"See it in a browser: {address}/");
        output.WriteLine();
        output.WriteLine("Functions:");
        output.WriteLine();
        foreach (var function in FunctionDescriptor.All)
        {
            output.WriteLine($"        {function.Name}: {baseUrl}/{function.Route}");
        }

        output.WriteLine();
        output.WriteLine("Or try it by hand: poll in one terminal, push in another.");
        output.WriteLine();
        if (withTokens)
        {
            output.WriteLine($"        curl{key} -X POST '{baseUrl}/token?rcpt=alice'");
        }

        output.WriteLine($"        curl -i{token} '{baseUrl}/poll?rcpt=alice'");
        output.WriteLine($"        curl -i{key} -H 'Content-Type: text/plain' -d 'hello' '{baseUrl}/push?rcpt=alice'");
        output.WriteLine($"        curl -i '{baseUrl}/health'");
        output.WriteLine();
        output.WriteLine("Ctrl-C ends it.");
    }
}
