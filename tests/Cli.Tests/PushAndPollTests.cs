using System.Text.Json;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

public sealed class PushAndPollTests(App app)
{
    [Fact]
    public async Task Poll_WhenAMessageWasPushed_PrintsItAndAcknowledgesIt()
    {
        var pushed = await app.RunAsync("push", "cli-text", "--body", "Grüße");

        var polled = await app.RunAsync("poll", "cli-text");

        Assert.Equal(0, pushed.ExitCode);
        Assert.StartsWith("RECIPIENT", pushed.Output, StringComparison.Ordinal);
        Assert.Contains("cli-text", pushed.Output, StringComparison.Ordinal);
        Assert.Equal((0, "Grüße\n", ""), (polled.ExitCode, polled.Output, polled.Errors));
        Assert.Equal(0, await app.CountAsync("cli-text"));
    }

    [Fact]
    public async Task Poll_WhenNothingComes_ExitsWith3()
    {
        var polled = await app.RunAsync("poll", "cli-nothing", "--timeout", "0");

        Assert.Equal((3, "", ""), (polled.ExitCode, polled.Output, polled.Errors));
    }

    [Fact]
    public async Task Push_WithEveryOptionAndSeveralRecipients_SendsThem()
    {
        var pushed = await app.RunAsync(
            "push", "cli-one", "cli-other", "--body", "{}", "--content-type", "application/json", "--idempotency-key", "order-17", "--ttl",
            "1h", "--delay", "1s", "--json");

        Assert.Equal(0, pushed.ExitCode);
        var accepted = JsonDocument.Parse(pushed.Output).RootElement.GetProperty("accepted");
        Assert.Equal(["cli-one", "cli-other"], accepted.EnumerateArray().Select(copy => copy.GetProperty("rcpt").GetString()));
        var expires = accepted[0].GetProperty("expires").GetDateTimeOffset();
        Assert.InRange(expires - DateTimeOffset.UtcNow, TimeSpan.Zero, TimeSpan.FromHours(1));
        var polled = await app.RunAsync("poll", "cli-other", "--json");
        var message = JsonDocument.Parse(polled.Output).RootElement;
        Assert.Equal("cli-other", message.GetProperty("rcpt").GetString());
        Assert.Equal(accepted[1].GetProperty("id").GetString(), message.GetProperty("id").GetString());
        Assert.Equal("application/json", message.GetProperty("contentType").GetString());
        Assert.Equal("order-17", message.GetProperty("key").GetString());
        Assert.Equal("{}", message.GetProperty("text").GetString());
        Assert.Equal(1, message.GetProperty("deliveries").GetInt64());
    }

    [Fact]
    public async Task Push_FromStandardInput_KeepsTheBytesThatRawGivesBack()
    {
        byte[] bytes = [0, 255, 10, 13, 27];

        Assert.Equal(0, (await app.RunWithInputAsync(bytes, "push", "cli-bytes")).ExitCode);
        Assert.Equal(0, (await app.RunWithInputAsync(bytes, "push", "cli-bytes")).ExitCode);

        var described = await app.RunAsync("poll", "cli-bytes");
        Assert.Equal("(5 bytes of application/octet-stream)\n", described.Output);
        await using var raw = app.Start("poll", "cli-bytes", "--raw");
        using var read = new MemoryStream();
        await raw.Output.BaseStream.CopyToAsync(read, TestContext.Current.CancellationToken).Bounded();
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task Push_FromAFile_SendsItAsText()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "from a file", TestContext.Current.CancellationToken);

            Assert.Equal(0, (await app.RunAsync("push", "cli-file", "--file", file)).ExitCode);

            var message = JsonDocument.Parse((await app.RunAsync("poll", "cli-file", "--json")).Output).RootElement;
            Assert.Equal("from a file", message.GetProperty("text").GetString());
            Assert.Equal("text/plain; charset=utf-8", message.GetProperty("contentType").GetString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Poll_WithFollow_PrintsALineForEachMessageUntilCtrlC()
    {
        await using var following = app.Start("poll", "cli-follow", "--follow", "--json");
        foreach (var text in (string[])["one", "two", "three"])
        {
            await app.PushAsync("cli-follow", text);
            var message = JsonDocument.Parse(await following.ReadLineAsync()).RootElement;
            Assert.Equal(text, message.GetProperty("text").GetString());
        }

        Assert.Equal("", await following.StopAsync());

        Assert.Equal(130, following.ExitCode);
        Assert.Equal(0, await app.CountAsync("cli-follow"));
    }

    [Fact]
    public async Task Poll_WhenTerminated_ExitsWith143()
    {
        await using var following = app.Start("poll", "cli-term", "--follow");
        await app.PushAsync("cli-term", "started");
        await following.ReadLineAsync();

        await following.StopAsync("TERM");

        Assert.Equal(143, following.ExitCode);
    }

    [Fact]
    public async Task Poll_WhenNobodyReadsItsOutput_LeavesTheMessageInTheMailbox()
    {
        await using var following = app.Start("poll", "cli-closed", "--follow");
        await app.PushAsync("cli-closed", "first");
        Assert.Equal("first", await following.ReadLineAsync());
        following.Output.Close();

        await app.PushAsync("cli-closed", "second");
        await following.WaitForExitAsync();

        Assert.Equal(1, following.ExitCode);
        Assert.Equal(1, await app.CountAsync("cli-closed"));
    }

    [Fact]
    public async Task Poll_WithARecipientsTokenAndNoKey_IsAnswered()
    {
        await app.PushAsync("cli-token", "for the holder", "for another");
        var issued = await app.RunAsync("token", "cli-token", "--ttl", "5m");
        var token = issued.Output.Trim();
        var environment = app.Environment(key: null);

        var byOption = await Tool.Start(["poll", "cli-token", "--token", token], environment).ToEndAsync();
        environment["FUNCCOMET_TOKEN"] = token;
        var byVariable = await Tool.Start(["poll", "cli-token"], environment).ToEndAsync();
        var ofAnother = await Tool.Start(["poll", "cli-token-2"], environment).ToEndAsync();

        Assert.Equal((0, "for the holder\n"), (byOption.ExitCode, byOption.Output));
        Assert.Equal((0, "for another\n"), (byVariable.ExitCode, byVariable.Output));
        Assert.Equal((1, ""), (ofAnother.ExitCode, ofAnother.Output));
        Assert.StartsWith("403 forbidden", ofAnother.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(token, ofAnother.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_WithJson_TellsWhenItExpires()
    {
        var issued = JsonDocument.Parse((await app.RunAsync("token", "cli-json", "--json")).Output).RootElement;

        Assert.Equal("cli-json", issued.GetProperty("rcpt").GetString());
        Assert.Equal(3, issued.GetProperty("token").GetString()!.Split('.').Length);
        Assert.InRange(
            issued.GetProperty("expires").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task Presence_WhenOneOfTwoWaits_TellsWho()
    {
        await using var following = app.Start("poll", "cli-here", "--follow");
        await app.PushAsync("cli-here", "started");
        await following.ReadLineAsync();
        await Await.UntilAsync(
            async () => (await app.Server.GetPresenceAsync(["cli-here"])).Single().IsWaiting == true, "the poll's presence");

        var text = await app.RunAsync("presence", "cli-here", "cli-away");
        var json = await app.RunAsync("presence", "cli-here", "cli-away", "--json");

        Assert.Matches(@"\ncli-here +yes +2\d{3}-\d\d-\d\d \d\d:\d\d:\d\dZ *\ncli-away +no +- *\n", text.Output);
        var presence = JsonDocument.Parse(json.Output).RootElement.GetProperty("presence");
        Assert.Equal([true, false], presence.EnumerateArray().Select(one => one.GetProperty("waiting").GetBoolean()));
    }

    [Fact]
    public async Task Push_WhenOneMailboxRefuses_TellsWhichAndExitsWith3()
    {
        await using var refusing = await FakeApp.StartAsync(
            """
            {"type":"urn:funccomet:mailbox-full","title":"…","status":503,"detail":"It is full.",
             "accepted":[{"rcpt":"alice","id":"1","expires":"2026-01-08T00:00:00.000Z"}],
             "failed":[{"rcpt":"bob","type":"urn:funccomet:mailbox-full"}]}
            """);

        var pushed = await Tool.Start(
            ["push", "alice", "bob", "--body", "x", "--json", "--idempotency-key", "order-17", "--attempts", "1", "--url", refusing.Url],
            app.Environment(App.FunctionKey)).ToEndAsync();

        Assert.Equal(3, pushed.ExitCode);
        var answer = JsonDocument.Parse(pushed.Output).RootElement;
        Assert.Equal("alice", answer.GetProperty("accepted")[0].GetProperty("rcpt").GetString());
        Assert.Equal("mailbox-full", answer.GetProperty("failed")[0].GetProperty("code").GetString());
        Assert.Equal("order-17", answer.GetProperty("key").GetString());
        Assert.Contains("503 mailbox-full", pushed.Errors, StringComparison.Ordinal);
    }
}
