using System.Net;
using System.Net.Sockets;
using FuncComet.Testing;

namespace FuncComet.LocalHost.Tests;

public sealed class CommandLineTests(Azurite azurite)
{
    [Fact]
    public async Task Help_ShowsTheOptions()
    {
        await using var host = await LocalHostProcess.RunToEndAsync(["--help"]);

        var text = string.Join('\n', host.Output);
        Assert.Equal(0, host.ExitCode);
        Assert.Contains("--port", text, StringComparison.Ordinal);
        Assert.Contains("--storage", text, StringComparison.Ordinal);
        Assert.Contains("--enable-auth", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenThePortIsTaken_SaysSoInOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var host = await LocalHostProcess.RunToEndAsync(["--port", $"{port}", "--storage", azurite.ConnectionString]);

        Assert.Equal(1, host.ExitCode);
        Assert.Equal($"Port {port} is taken: end what listens there or choose another with --port.", host.Output.Last());
        AssertNoStackTrace(host);
    }

    [Theory]
    [InlineData("--port must be a whole number from 0 to 65535.", "--port", "abc")]
    [InlineData("--port must be a whole number from 0 to 65535.", "--port", "65536")]
    [InlineData("--port must be a whole number from 0 to 65535.", "--port", "-1")]
    [InlineData("--port must be a whole number from 0 to 65535.", "-p", "99999999999")]
    [InlineData("--port must be a whole number from 0 to 65535.", "--port", "")]
    [InlineData("--enable-auth must not be empty.", "--enable-auth", "")]
    [InlineData("--storage must not be empty.", "--storage", "")]
    [InlineData("Required argument missing for option: '--port'.", "--port")]
    [InlineData("Required argument missing for option: '--enable-auth'.", "--enable-auth")]
    [InlineData("Unrecognized command or argument '--nonsense'.", "--nonsense")]
    [InlineData("Option '--port' expects a single argument but 2 were provided.", "--port", "1", "--port", "2")]
    public async Task Start_WithABadOption_SaysSoInOneLine(string expected, params string[] arguments)
    {
        await using var host = await LocalHostProcess.RunToEndAsync(arguments);

        Assert.Equal(1, host.ExitCode);
        Assert.Equal([expected], host.Output.Where(line => line.Length > 0));
    }

    [Theory]
    [InlineData("FuncComet__Backoff__Jitter", "2", "FuncComet__Backoff__Jitter must be from 0 to 0.5.")]
    [InlineData("FuncComet__Backoff__Initial", "soon", "FuncComet:Backoff:Initial")]
    [InlineData("FuncComet__Offline__Queue", "fc-dead-letters", "FuncComet__Offline__Queue (fc-dead-letters) must not begin with fc-")]
    [InlineData("AzureFunctionsJobHost__functionTimeout", "00:00:08", "00:00:08")]
    public async Task Start_WithABadSetting_SaysWhich(string name, string value, string expected)
    {
        await using var host = await LocalHostProcess.RunToEndAsync(
            ["--port", "0", "--storage", azurite.ConnectionString], new Dictionary<string, string> { [name] = value });

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(expected, host.Output.Last(), StringComparison.Ordinal);
        AssertNoStackTrace(host);
    }

    [Fact]
    public async Task Start_WhenTheVaultCannotBeReached_SaysSoInOneLine()
    {
        await using var host = await LocalHostProcess.RunToEndAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Token__KeyVaultUri"] = $"https://127.0.0.1:{Ports.Free()}" });

        Assert.Equal(1, host.ExitCode);
        Assert.StartsWith(
            "FuncComet__Token__KeyVaultUri: the keys of tokens were not read from the vault: Connection refused",
            host.Output.Last(),
            StringComparison.Ordinal);
        Assert.DoesNotContain(host.Output, line => line.StartsWith("Ctrl-C ends it", StringComparison.Ordinal));
        AssertNoStackTrace(host);
    }

    [Fact]
    public async Task Start_WhenTheLongestPollExceedsTheHostsLimit_NamesBothValues()
    {
        await using var host = await LocalHostProcess.RunToEndAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string>
            {
                ["AzureFunctionsJobHost__functionTimeout"] = "00:02:00",
                ["FuncComet__Poll__MaxTimeout"] = "00:01:51",
            });

        Assert.Equal(1, host.ExitCode);
        Assert.Equal(
            "The longest poll, 00:01:51 (FuncComet__Poll__MaxTimeout), must be at least 10 seconds below the host's functionTimeout "
            + "(00:02:00, AzureFunctionsJobHost__functionTimeout).",
            host.Output.Last());
    }

    [Theory]
    [InlineData("AccountName=other;AccountKey=c2VjcmV0;QueueEndpoint=http://127.0.0.1:9/other")]
    [InlineData("QueueEndpoint=http://127.0.0.1:9/other;SharedAccessSignature=sv=1&sig=c2VjcmV0")]
    public async Task Start_WithAStorageThatAzuriteCannotBe_SaysSoWithoutItsSecret(string secret)
    {
        await using var host = await LocalHostProcess.RunToEndAsync(
            ["--port", "0", "--storage", secret]);

        Assert.Equal(1, host.ExitCode);
        Assert.Contains("http://127.0.0.1:9/other", host.Output.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", string.Join('\n', host.Output), StringComparison.Ordinal);
        AssertNoStackTrace(host);
    }

    [Fact]
    public async Task Start_WithoutNode_SaysWhatIsNeeded()
    {
        // The PATH has dotnet and nothing else. Nothing answers at the storage's address, and Azurite could be started there.
        var dotnetOnly = Directory.CreateTempSubdirectory("funccomet-");
        File.CreateSymbolicLink(Path.Combine(dotnetOnly.FullName, "dotnet"), DotnetPath());
        try
        {
            await using var host = await LocalHostProcess.RunToEndAsync(
                ["--port", "0", "--storage", Local.FreeConnectionString()],
                new Dictionary<string, string> { ["PATH"] = dotnetOnly.FullName });

            Assert.Equal(1, host.ExitCode);
            Assert.Contains("Azurite needs Node.js 20 or later", host.Output.Last(), StringComparison.Ordinal);
            AssertNoStackTrace(host);
        }
        finally
        {
            dotnetOnly.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Start_WithAQueryLimitThatIsTooLow_WarnsAndTakesTheMinimum()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString],
            new Dictionary<string, string> { ["FuncComet__Request__MaxQueryLength"] = "500" });
        using var client = new ApiClient(host.Url);

        Assert.Equal(HttpStatusCode.NoContent, await PollAsync("?rcpt=short&timeout=0&x=".PadRight(4_000, 'x')));
        Assert.Equal(HttpStatusCode.BadRequest, await PollAsync("?rcpt=short&timeout=0&x=".PadRight(4_001, 'x')));
        var warning = Assert.Single(host.Output, line => line.Contains("MaxQueryLength", StringComparison.Ordinal));
        Assert.Contains("warn:", warning, StringComparison.Ordinal);
        Assert.Contains("is 500 and counts as 4000", warning, StringComparison.Ordinal);

        async Task<HttpStatusCode> PollAsync(string query)
        {
            using var answer = await client.SendAsync(HttpMethod.Get, $"poll{query}");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Start_SaysWhatItUsesAndWhatToTry()
    {
        await using var host = await LocalHostProcess.StartAsync(["--port", "0", "--storage", azurite.ConnectionString]);
        await host.WaitForLineAsync(line => line == "Ctrl-C ends it.", TimeSpan.FromSeconds(10));

        var storage = Assert.Single(host.Output, line => line.StartsWith("Storage: ", StringComparison.Ordinal));
        Assert.Contains("/devstoreaccount1 (FuncComet__Storage)", storage, StringComparison.Ordinal);
        Assert.DoesNotContain("Azurite, started here", storage, StringComparison.Ordinal);
        Assert.Single(host.Output, line => line.StartsWith("Settings: local.settings.json", StringComparison.Ordinal));
        Assert.Contains(host.Output, line => line == $"See it in a browser: {new Uri(host.Url, "/")}");
        Assert.Contains(host.Output, line => line.Trim() == $"Health: {host.Url}health");
        Assert.Contains(host.Output, line => line.Trim() == $"Poll: {host.Url}poll");
        Assert.Contains(host.Output, line => line.Trim() == $"Push: {host.Url}push");
        Assert.Equal(3, host.Output.Count(line => line.Trim().StartsWith("curl ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EnableAuth_AsksForTheKeyWhereAFunctionNeedsOne()
    {
        await using var host = await LocalHostProcess.StartAsync(
            ["--port", "0", "--storage", azurite.ConnectionString, "--enable-auth", "s3cret"]);
        using var client = new ApiClient(host.Url);

        Assert.Equal(HttpStatusCode.Unauthorized, await PushWithAsync("", header: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PushWithAsync("", header: "wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PushWithAsync("&code=wrong", header: null));
        Assert.Equal(HttpStatusCode.Accepted, await PushWithAsync("", header: "s3cret"));
        Assert.Equal(HttpStatusCode.Accepted, await PushWithAsync("&code=s3cret", header: null));
        using var mailbox = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "mailbox?rcpt=command-line"));
        Assert.Equal(HttpStatusCode.Unauthorized, mailbox.StatusCode);
        using var polled = await client.PollAsync("command-line", timeout: 0);
        Assert.Equal(HttpStatusCode.OK, polled.StatusCode);
        Assert.DoesNotContain(host.Output, line => line.Contains("s3cret", StringComparison.Ordinal));

        async Task<HttpStatusCode> PushWithAsync(string query, string? header)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"push?rcpt=command-line{query}");
            request.Content = new StringContent("x");
            if (header is not null)
            {
                request.Headers.Add("x-functions-key", header);
            }

            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static string DotnetPath() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);

    private static void AssertNoStackTrace(LocalHostProcess host)
    {
        Assert.DoesNotContain(host.Output, line => line.Contains("   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.Contains("Exception", StringComparison.Ordinal));
    }
}
