using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page keeps the newest message in view and the keyboard's focus where it was.</summary>
public sealed class ReadingTests(Site site) : IAsyncLifetime
{
    private const string ToTheEnd = "log => log.scrollHeight - log.scrollTop - log.clientHeight";

    private LocalHostProcess _host = null!;
    private IBrowserContext _browser = null!;
    private Demo _demo = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await site.StartHostAsync(withTokens: false);
        var phone = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 } };
        _browser = await site.NewBrowserAsync(phone);
        _demo = await Demo.OpenAsync(_browser, new Uri(_host.Url, "/"));

        // Before that, a page may not listen to its buttons yet.
        await _demo.UntilStateAsync("Alice", "Connected");
        await _demo.UntilStateAsync("Bob", "Connected");
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Send_OnAPhone_KeepsTheWholeOfTheNewestMessageInView()
    {
        for (var number = 1; number <= 12; number++)
        {
            var text = $"Number {number:D2}, and a text that is longer than one line of a phone";
            await _demo.SendAsync("Alice", text);
            await Assertions.Expect(_demo.Sent("Alice", text).Locator(".way")).ToContainTextAsync("stored in");
            await Assertions.Expect(_demo.Received("Bob", text)).ToHaveCountAsync(1);
        }

        foreach (var person in (string[])["Alice", "Bob"])
        {
            var log = _demo.Person(person).Locator("#messages");
            Assert.True(await log.EvaluateAsync<int>("log => log.scrollTop") > 0, "There is nothing to scroll.");
            Assert.InRange(await log.EvaluateAsync<double>(ToTheEnd), 0, 1);
        }
    }

    [Fact]
    public async Task Send100_WhenItHasEnded_KeepsTheFocus()
    {
        var button = _demo.Person("Alice").Locator("#hundred");
        await button.FocusAsync();

        await _demo.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(button).ToContainTextAsync(" of 100");
        await Assertions.Expect(button).ToBeFocusedAsync();
        await _demo.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(button).ToHaveTextAsync("Send 100");
        await Assertions.Expect(button).ToBeFocusedAsync();
        await Assertions.Expect(_demo.Sent("Alice", " of 100")).ToHaveCountAsync(100);
    }

    [Fact]
    public async Task AddAPerson_WhenNobodyIsLeftToAdd_KeepsTheFocus()
    {
        var add = _demo.Page.Locator("#add");
        await add.FocusAsync();

        for (var presses = 1; presses <= 3; presses++)
        {
            await _demo.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(_demo.Page.Locator("iframe")).ToHaveCountAsync(4);
        await Assertions.Expect(add).ToBeDisabledAsync();
        await Assertions.Expect(add).ToBeFocusedAsync();
    }

    [Fact]
    public async Task OpenAgain_AfterACrash_MovesTheFocusToThePage()
    {
        await _demo.Button("Bob", "Crash the tab").ClickAsync();
        var again = _demo.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open Bob's page again" });
        await Assertions.Expect(again).ToBeFocusedAsync();

        await _demo.Page.Keyboard.PressAsync("Enter");

        await _demo.UntilStateAsync("Bob", "Connected");
        await Assertions.Expect(_demo.Page.Locator("iframe[title=\"Bob's page\"]")).ToBeFocusedAsync();
    }
}
