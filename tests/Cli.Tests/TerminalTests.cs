using FuncComet.Client;

namespace FuncComet.Cli.Tests;

/// <summary>What a person sees, and what messages and names may not do to a terminal.</summary>
public sealed class TerminalTests(App app)
{
    // Clears the screen, sets the title, makes the terminal answer, turns the text around, and is Spectre.Console's markup.
    private const string Attack = "\u001b[2J\u001b]0;owned\u0007\u001b[6n\u009b31m\u202etext [red]markup[/] [/]";
    private const string Harmless = @"\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}[6n\u{9b}31m\u{202e}text [red]markup[/] [/]";

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Poll_WhenABodyHasControlCharacters_ShowsThem()
    {
        await app.PushAsync("cli-attack", Attack, $"line\r\n{Attack}");

        var first = await app.RunAsync("poll", "cli-attack");
        await using var onTerminal = Tool.StartOnTerminal(["poll", "cli-attack"], app.Environment(App.FunctionKey));
        var second = await onTerminal.ReadToEndAsync();

        Assert.Equal($"{Harmless}\n", first.Output);
        Assert.EndsWith($"line\r\n{Harmless}\r\n", second, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]0;", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_WhenNamesAndBodiesHaveMarkupAndControlCharacters_ShowThem()
    {
        const string Name = "cli-[red]\u202ename[/]";
        await app.Server.PushAsync(Name, new OutgoingMessage(Attack) { Key = "[bold]" }, CancellationToken);

        var mailboxes = await app.RunAsync("mailboxes", "--counts");
        var peeked = await app.RunAsync("peek", Name, "--bodies");
        var presence = await app.RunAsync("presence", Name);
        var pushed = await app.RunAsync("push", Name, "--body", "x");
        var erased = await app.RunAsync("erase", Name, "--yes");

        Assert.Contains(@"cli-[red]\u{202e}name[/]", mailboxes.Output, StringComparison.Ordinal);
        Assert.Contains("[bold]", peeked.Output, StringComparison.Ordinal);
        Assert.Contains(Harmless, peeked.Output, StringComparison.Ordinal);
        Assert.Contains(@"cli-[red]\u{202e}name[/]", presence.Output, StringComparison.Ordinal);
        Assert.Contains(@"cli-[red]\u{202e}name[/]", pushed.Output, StringComparison.Ordinal);
        Assert.Equal("cli-[red]\\u{202e}name[/] is erased.\n", erased.Output);
        Assert.All(
            [mailboxes, peeked, presence, pushed, erased],
            result => Assert.DoesNotContain(result.Output, character => char.IsControl(character) && character != '\n'));
    }

    [Fact]
    public async Task Errors_WhenTheAppSendsControlCharacters_ShowThem()
    {
        await using var hostile = await FakeApp.StartAsync(
            """{"type":"urn:funccomet:bad-parameter","title":"…","status":400,"detail":"\u001b[2J[red]"}""", status: 400);

        var failed = await app.RunAsync("about", "--url", hostile.Url);

        Assert.Equal("400 bad-parameter: \\u{1b}[2J[red]\n", failed.Errors);
    }

    [Theory]
    [InlineData("n\n", 3, true)]
    [InlineData("\n", 3, true)]
    [InlineData("y\n", 0, false)]
    public async Task Erase_OnATerminal_AsksFirst(string typed, int exitCode, bool isThere)
    {
        var name = $"cli-ask-{exitCode}-{typed.Length}";
        await app.PushAsync(name, "a message");
        await using var asking = Tool.StartOnTerminal(["erase", name], app.Environment(App.FunctionKey));

        Assert.Contains($"Erase {name}", await asking.ReadUntilAsync("[y/N] "), StringComparison.Ordinal);
        await asking.TypeAsync(typed);
        await asking.ReadToEndAsync();

        Assert.Equal(exitCode, asking.ExitCode);
        Assert.Equal(isThere, (await app.Server.CountMailboxAsync(name, CancellationToken)).Exists);
    }

    [Fact]
    public async Task Erase_WhenTheQuestionIsAnsweredWithCtrlC_ErasesNothing()
    {
        await app.PushAsync("cli-ask-interrupted", "a message");
        await using var asking = Tool.StartOnTerminal(["erase", "cli-ask-interrupted"], app.Environment(App.FunctionKey));

        await asking.ReadUntilAsync("[y/N] ");
        await asking.TypeAsync("\u0003");
        await asking.ReadToEndAsync();

        Assert.Equal(130, asking.ExitCode);
        Assert.Equal(1, await app.CountAsync("cli-ask-interrupted"));
    }

    [Fact]
    public async Task Watch_OnATerminal_ShowsATableInPlaceAndGivesTheCursorBack()
    {
        await app.PushAsync("cli-watch-live", "one");
        await using var watching = Tool.StartOnTerminal(["watch", "cli-watch-live"], app.Environment(App.FunctionKey));

        await watching.ReadUntilAsync("cli-watch-live");
        await watching.TypeAsync("\u0003");
        var rest = await watching.ReadToEndAsync();

        Assert.Equal(130, watching.ExitCode);
        Assert.EndsWith("\u001b[?25h", rest.TrimEnd(), StringComparison.Ordinal);
    }
}
