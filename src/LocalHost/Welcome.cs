namespace FuncComet.LocalHost;

/// <summary>What is printed when everything runs.</summary>
internal static class Welcome
{
    public static void Write(TextWriter output, string baseUrl, string? key)
    {
        var header = key is null ? "" : " -H 'x-functions-key: <the key of --enable-auth>'";
        output.WriteLine();
        output.WriteLine("Functions:");
        output.WriteLine();
        foreach (var function in FunctionDescriptor.All)
        {
            output.WriteLine($"        {function.Name}: {baseUrl}/{function.Route}");
        }

        output.WriteLine();
        output.WriteLine("Try it: poll in one terminal, push in another.");
        output.WriteLine();
        output.WriteLine($"        curl -i '{baseUrl}/poll?rcpt=alice'");
        output.WriteLine($"        curl -i{header} -H 'Content-Type: text/plain' -d 'hello' '{baseUrl}/push?rcpt=alice'");
        output.WriteLine($"        curl -i '{baseUrl}/health'");
        output.WriteLine();
        output.WriteLine("Ctrl-C ends it.");
    }
}
