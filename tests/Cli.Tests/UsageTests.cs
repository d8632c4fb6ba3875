using System.Net;
using System.Net.Sockets;

namespace FuncComet.Cli.Tests;

/// <summary>Wrong usage, wrong keys, and apps that do not answer.</summary>
public sealed class UsageTests(App app)
{
    [Theory]
    [InlineData]
    [InlineData("push")]
    [InlineData("poll")]
    [InlineData("token")]
    [InlineData("presence")]
    [InlineData("mailboxes")]
    [InlineData("peek")]
    [InlineData("deadletters")]
    [InlineData("deadletters", "list")]
    [InlineData("deadletters", "redrive")]
    [InlineData("deadletters", "purge")]
    [InlineData("erase")]
    [InlineData("about")]
    [InlineData("watch")]
    [InlineData("bench")]
    public async Task Help_OfEachCommand_HasAnExampleAndNoKey(params string[] command)
    {
        var help = await app.RunAsync([.. command, "--help"]);

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Example", help.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"funccomet {string.Join(' ', command)}".TrimEnd(),
            help.Output[help.Output.IndexOf("Example", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
        Assert.DoesNotContain(App.FunctionKey, help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_WhenNobodyReadsIt_ExitsWith1AndNoStack()
    {
        await using var help = app.Start("--help");
        help.Output.Close();

        await help.WaitForExitAsync();

        Assert.Equal(1, help.ExitCode);
        Assert.DoesNotContain("   at ", await help.Errors.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("Unrecognized command or argument 'nonsense'.", "nonsense")]
    [InlineData("Required argument missing for command: 'poll'.", "poll")]
    [InlineData("--ttl must be a time", "push", "alice", "--body", "x", "--ttl", "soon")]
    [InlineData("--ttl must be a time", "push", "alice", "--body", "x", "--ttl", "99999999d")]
    [InlineData("--interval must be 1 second to 1 day.", "watch", "--interval", "0")]
    [InlineData("--max must be a whole number from 1 to 32.", "peek", "alice", "--max", "33")]
    [InlineData("--rate must be a number above 0", "bench", "--rate", "0")]
    [InlineData("Give --body or --file, not both.", "push", "alice", "--body", "x", "--file", "y")]
    [InlineData("Could not find file", "push", "alice", "--file", "no-such-file")]
    [InlineData("A recipient must be 1 to 256 bytes", "poll", "a\tb")]
    [InlineData("must be whole seconds, from 00:00:05 to 01:00:00.", "poll", "alice", "--lease", "4")]
    [InlineData("It must be whole seconds", "token", "alice", "--ttl", "2d")]
    [InlineData("--raw is for a pipe or a file", "poll", "alice", "--raw", "--json")]
    [InlineData("Give a recipient or --all", "deadletters", "redrive")]
    [InlineData("Give a recipient or --all", "deadletters", "purge", "alice", "--all")]
    [InlineData("--url must not be empty.", "about", "--url", "")]
    [InlineData("must be an absolute one", "about", "--url", "localhost")]
    [InlineData("BaseAddress must be where the functions are", "about", "--url", "http://user:password@localhost/api")]
    [InlineData("--key must not be empty.", "about", "--key", "")]
    [InlineData("FunctionKey must be printable ASCII characters", "about", "--key", "schlüssel")]
    public async Task WrongUsage_ExitsWith2AndSaysWhatIsWrong(string expected, params string[] arguments)
    {
        var refused = await app.RunAsync(arguments);

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(expected, refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(App.FunctionKey, refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("password", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("schlüssel", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task About_WithoutAnAddress_SaysHowToGiveIt()
    {
        var environment = app.Environment(App.FunctionKey);
        environment["FUNCCOMET_URL"] = null;

        var refused = await Tool.Start(["about"], environment).ToEndAsync();

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--url or FUNCCOMET_URL", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task About_WithAnAddressWithoutTheRoutePrefix_FindsTheApp()
    {
        var environment = app.Environment(key: null);
        environment["FUNCCOMET_URL"] = app.Url.GetLeftPart(UriPartial.Authority);

        var about = await Tool.Start(["about", "--key", App.FunctionKey], environment).ToEndAsync();

        Assert.Equal((0, ""), (about.ExitCode, about.Errors));
    }

    [Theory]
    [InlineData("push", "alice", "--body", "x")]
    [InlineData("token", "alice")]
    [InlineData("mailboxes")]
    [InlineData("erase", "alice", "--yes")]
    [InlineData("bench", "--clients", "1", "--minutes", "0.01")]
    public async Task EachCommand_WithAWrongKey_SaysSoAndExitsWith1(params string[] arguments)
    {
        const string WrongKey = "a-wrong-key";

        var refused = await Tool.Start(arguments, app.Environment(WrongKey)).ToEndAsync();

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("401 unexpected-answer: The host refused the request: the function key is missing or wrong.", refused.Errors,
            StringComparison.Ordinal);
        Assert.DoesNotContain(WrongKey, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachCommand_WhenTheAppDoesNotAnswer_SaysSoAndExitsWith1()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var failed = await app.RunAsync("about", "--url", $"http://127.0.0.1:{port}/api");

        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.StartsWith("unreachable: Connection refused", failed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachCommand_WhenItIsRedirected_DoesNotTakeTheKeyThere()
    {
        var requests = new List<string>();
        await using var other = await FakeApp.StartAsync(requests);
        await using var redirecting = await FakeApp.StartAsync(context =>
        {
            context.Response.Redirect($"{other.Url}/about");
            return Task.CompletedTask;
        });

        var failed = await app.RunAsync("about", "--url", redirecting.Url);

        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith("302 unexpected-answer", failed.Errors, StringComparison.Ordinal);
        Assert.Empty(requests);
    }

    [Fact]
    public async Task EachCommand_WhenTheAppIsTooOld_SaysWhatTheAnswerWas()
    {
        await using var old = await FakeApp.StartAsync("", status: 404, contentType: "text/plain");

        var failed = await app.RunAsync("about", "--url", old.Url);

        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith("404 unexpected-answer", failed.Errors, StringComparison.Ordinal);
    }
}
