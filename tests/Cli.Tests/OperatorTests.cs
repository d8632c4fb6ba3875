using System.Text.Json;
using FuncComet.Client;
using FuncComet.Testing;

namespace FuncComet.Cli.Tests;

/// <summary>The commands that look into mailboxes and repair them.</summary>
public sealed class OperatorTests(App app)
{
    private static readonly string[] Yes = ["--yes"];

    [Fact]
    public async Task Mailboxes_WithCounts_ListsThem()
    {
        await app.PushAsync("cli-list-1", "one", "two");
        await app.PushAsync("cli-list-2", "one");

        var names = await app.RunAsync("mailboxes");
        var counts = await app.RunAsync("mailboxes", "--counts");
        var json = await app.RunAsync("mailboxes", "--counts", "--json");

        Assert.Equal(0, names.ExitCode);
        var lines = names.Output.Split('\n').Select(line => line.Trim()).ToList();
        Assert.Equal("RECIPIENT", lines[0]);
        Assert.Contains("cli-list-1", lines);
        Assert.Matches(@"\ncli-list-1 +2 +no +- *\n", counts.Output);
        var mailboxes = json.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(mailbox => mailbox.GetProperty("rcpt").GetString()!);
        Assert.Equal(2, mailboxes["cli-list-1"].GetProperty("messages").GetInt64());
        Assert.Equal(1, mailboxes["cli-list-2"].GetProperty("messages").GetInt64());
        Assert.False(mailboxes["cli-list-2"].GetProperty("waiting").GetBoolean());
        var limited = await app.RunAsync("mailboxes", "--limit", "1", "--json");
        Assert.Single(limited.Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Peek_WithBodies_ShowsTheMessagesAndTakesNone()
    {
        await app.PushAsync("cli-peek", "first", "second");

        var without = await app.RunAsync("peek", "cli-peek");
        var with = await app.RunAsync("peek", "cli-peek", "--bodies", "--max", "1");
        var json = await app.RunAsync("peek", "cli-peek", "--bodies", "--json");

        Assert.Equal(0, without.ExitCode);
        Assert.Equal(3, without.Output.Trim().Split('\n').Length);
        Assert.DoesNotContain("first", without.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"text\"", (await app.RunAsync("peek", "cli-peek", "--json")).Output, StringComparison.Ordinal);
        Assert.Contains("first", with.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("second", with.Output, StringComparison.Ordinal);
        var peeked = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal("cli-peek", peeked.GetProperty("rcpt").GetString());
        var message = peeked.GetProperty("messages")[0];
        Assert.Equal("first", message.GetProperty("text").GetString());
        Assert.Equal((0, 5), (message.GetProperty("deliveries").GetInt64(), message.GetProperty("size").GetInt64()));
        Assert.Equal(2, await app.CountAsync("cli-peek"));
    }

    [Fact]
    public async Task DeadLetters_WhenListedAndRedriven_AreInTheMailboxAgain()
    {
        await app.DeadLetterAsync("cli-redrive", "a poisoned one");

        var recipients = await app.RunAsync("deadletters", "list");
        var recipientsJson = await app.RunAsync("deadletters", "list", "--json");
        var letters = await app.RunAsync("deadletters", "list", "cli-redrive", "--bodies");
        var lettersJson = await app.RunAsync("deadletters", "list", "cli-redrive", "--bodies", "--json");
        var redriven = await app.RunAsync("deadletters", "redrive", "cli-redrive");

        Assert.Matches(@"\ncli-redrive +1 *\n", recipients.Output);
        Assert.Contains(
            JsonDocument.Parse(recipientsJson.Output).RootElement.GetProperty("recipients").EnumerateArray(),
            one => one.GetProperty("rcpt").GetString() == "cli-redrive" && one.GetProperty("letters").GetInt64() == 1);
        Assert.Contains("a poisoned one", letters.Output, StringComparison.Ordinal);
        Assert.Contains("order-17", letters.Output, StringComparison.Ordinal);
        var letter = JsonDocument.Parse(lettersJson.Output).RootElement.GetProperty("letters")[0];
        Assert.Equal("a poisoned one", letter.GetProperty("text").GetString());
        Assert.Equal(
            (0, "Moved 1 letter of cli-redrive, 0 left.\n", ""), (redriven.ExitCode, redriven.Output, redriven.Errors));
        var message = JsonDocument.Parse((await app.RunAsync("poll", "cli-redrive", "--json")).Output).RootElement;
        Assert.Equal("a poisoned one", message.GetProperty("text").GetString());
        Assert.Equal(letter.GetProperty("id").GetString(), message.GetProperty("id").GetString());
        Assert.Equal("order-17", message.GetProperty("key").GetString());
        Assert.Equal(1, message.GetProperty("deliveries").GetInt64());
    }

    [Fact]
    public async Task Redrive_OfAll_GoesOnUntilNothingMoreCanBeDoneAndExitsWith3IfSomeAreLeft()
    {
        var requests = new List<string>();
        await using var fake = await FakeApp.StartAsync(
            requests,
            """{"moved":2,"left":0,"next":"bWFyaw","older":9}""",
            """{"moved":1,"left":1,"older":9}""",
            """{"moved":3,"left":1,"older":2}""",
            """{"moved":0,"left":1,"older":2}""");

        var redriven = await app.RunAsync(["deadletters", "redrive", "--all", "--json", "--url", fake.Url, .. Yes]);

        Assert.Equal(
            [
                "POST /api/deadletters/redrive?all=true",
                "POST /api/deadletters/redrive?all=true&after=bWFyaw",
                "POST /api/deadletters/redrive?all=true",
                "POST /api/deadletters/redrive?all=true",
            ],
            requests);
        Assert.Equal((3, """{"moved":6,"left":1,"older":2}"""), (redriven.ExitCode, redriven.Output.Trim()));
        Assert.StartsWith("2 letters of an earlier version could not be sorted", redriven.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "--all")]
    [InlineData(0, "alice")]
    public async Task Purge_WhenLettersCannotBeSorted_ExitsWith3IfAllWereMeant(int exitCode, string scope)
    {
        const string Answer = """{"removed":1,"left":0,"older":2}""";
        await using var fake = await FakeApp.StartAsync(Answer, status: 200, contentType: "application/json");

        var purged = await app.RunAsync(["deadletters", "purge", scope, "--url", fake.Url, .. Yes]);

        Assert.Equal(exitCode, purged.ExitCode);
    }

    [Fact]
    public async Task Presence_WhenItIsNotKnown_SaysSoAndExitsWith3()
    {
        await using var fake = await FakeApp.StartAsync(
            """{"presence":[],"failed":[{"rcpt":"alice","type":"urn:funccomet:storage-unavailable"}]}""",
            status: 200,
            contentType: "application/json");

        var asked = await app.RunAsync("presence", "alice", "--url", fake.Url);

        Assert.Equal(3, asked.ExitCode);
        Assert.Matches(@"\nalice +unknown +-", asked.Output);
    }

    [Fact]
    public async Task Purge_OfOneRecipient_LeavesTheLettersOfOthers()
    {
        await app.DeadLetterAsync("cli-purge", "to be deleted");
        await app.DeadLetterAsync("cli-purge-not", "to be kept");

        var purged = await app.RunAsync(["deadletters", "purge", "cli-purge", "--json", .. Yes]);

        Assert.Equal(0, purged.ExitCode);
        var answer = JsonDocument.Parse(purged.Output).RootElement;
        Assert.Equal((1, 0), (answer.GetProperty("removed").GetInt64(), answer.GetProperty("left").GetInt64()));
        var recipients = await app.RunAsync("deadletters", "list");
        Assert.DoesNotMatch(@"\ncli-purge ", recipients.Output);
        Assert.Matches(@"\ncli-purge-not +1 *\n", recipients.Output);
    }

    [Fact]
    public async Task Erase_WithYes_LeavesNothing()
    {
        await app.DeadLetterAsync("cli-erase", "a letter");
        await app.PushAsync("cli-erase", "a message");

        var erased = await app.RunAsync(["erase", "cli-erase", .. Yes]);

        Assert.Equal((0, "cli-erase is erased.\n"), (erased.ExitCode, erased.Output));
        Assert.False((await app.Server.CountMailboxAsync("cli-erase", TestContext.Current.CancellationToken)).Exists);
        Assert.DoesNotContain("cli-erase", (await app.RunAsync("deadletters", "list")).Output, StringComparison.Ordinal);
        var again = await app.RunAsync(["erase", "cli-erase", "--json", .. Yes]);
        Assert.Equal("""{"rcpt":"cli-erase","left":[]}""", again.Output.Trim());
    }

    [Fact]
    public async Task Erase_WhenAPartIsLeft_SaysSoAndExitsWith3()
    {
        await using var slow = await FakeApp.StartAsync("""{"left":["mailbox"]}""", status: 202, contentType: "application/json");

        var erased = await app.RunAsync(["erase", "alice", "--url", slow.Url, .. Yes]);

        Assert.Equal(3, erased.ExitCode);
        Assert.Equal("The storage has not deleted yet: mailbox. Repeat the command in a minute.\n", erased.Output);
    }

    [Theory]
    [InlineData("erase", "cli-refused")]
    [InlineData("deadletters", "purge", "cli-refused")]
    [InlineData("deadletters", "purge", "--all")]
    [InlineData("deadletters", "redrive", "--all")]
    public async Task Destroying_WithoutATerminalAndWithoutYes_IsRefused(params string[] arguments)
    {
        await app.PushAsync("cli-refused", "still here");

        var refused = await app.RunAsync(arguments);

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--yes", refused.Errors, StringComparison.Ordinal);
        Assert.NotEqual(0, await app.CountAsync("cli-refused"));
    }

    [Fact]
    public async Task About_WhenAsked_TellsVersionAndPolls()
    {
        var text = await app.RunAsync("about");
        var json = await app.RunAsync("about", "--json");

        var version = typeof(FuncCometClient).Assembly.GetName().Version!.ToString(3);
        Assert.Matches($"^Version +{version}", text.Output);
        Assert.Matches(@"\nStorage +answers *\n", text.Output);
        var about = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(version, about.GetProperty("version").GetString());
        Assert.True(about.GetProperty("storage").GetProperty("answers").GetBoolean());
        Assert.True(about.GetProperty("polls").GetProperty("max").GetInt64() > 0);
    }

    [Fact]
    public async Task Watch_WithJson_PrintsALineForEachLookUntilCtrlC()
    {
        await app.PushAsync("cli-watch", "one");
        await using var watching = app.Start("watch", "cli-watch", "--json", "--interval", "1");

        var first = JsonDocument.Parse(await watching.ReadLineAsync()).RootElement;
        Assert.Equal(1, first.GetProperty("mailboxes")[0].GetProperty("messages").GetInt64());
        await app.PushAsync("cli-watch", "two");
        await Await.UntilAsync(
            async () => JsonDocument.Parse(await watching.ReadLineAsync()).RootElement.GetProperty("mailboxes")[0]
                .GetProperty("messages").GetInt64() == 2,
            "the second message");

        await watching.StopAsync();
        Assert.Equal(130, watching.ExitCode);
    }

    [Fact]
    public async Task Watch_WithTimes_PrintsPlainTablesAndEnds()
    {
        await app.DeadLetterAsync("cli-watched", "a letter");

        var watched = await app.RunAsync("watch", "cli-watched", "--times", "2", "--interval", "1");

        Assert.Equal(0, watched.ExitCode);
        Assert.Equal(2, watched.Output.Split("RECIPIENT").Length - 1);
        Assert.Matches(@"\ncli-watched +0 +1 +no +-|\ncli-watched +0 +1 +(no|yes) +2", watched.Output);
        Assert.DoesNotContain('\u001b', watched.Output);
    }
}
