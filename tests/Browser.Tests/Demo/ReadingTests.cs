using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page keeps the newest message in view and the keyboard's focus where it was.</summary>
public sealed class ReadingTests(DemoSite site) : IClassFixture<DemoSite>
{
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    [Theory, InEachBrowser]
    public async Task Send_OnAPhone_KeepsTheWholeOfTheNewestMessageInView(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser, Phone);
        for (var number = 1; number <= 12; number++)
        {
            var text = $"Number {number:D2}, and a text that is longer than one line of a phone";
            await demo.SendAsync("Alice", text);
            await demo.Sent("Alice", text).Way.UntilTextHasAsync("stored in");
            await demo.Received("Bob", text).UntilCountAsync(1);
        }

        foreach (var person in (string[])["Alice", "Bob"])
        {
            var log = demo.Shown(person, "#messages");
            Assert.True(await log.ReadAsync<double>("elements[0].scrollTop") > 0, "There is nothing to scroll.");
            var toTheEnd = await log.ReadAsync<double>("elements[0].scrollHeight - elements[0].scrollTop - elements[0].clientHeight");
            Assert.InRange(toTheEnd, 0, 1);
        }
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send100_WhenItHasEnded_KeepsTheFocus(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser, Phone);
        var button = demo.Shown("Alice", "#hundred");
        await button.FocusAsync();

        await demo.Tab.PressAsync("Enter");
        await button.UntilTextHasAsync(" of 100");
        await button.UntilFocusedAsync();
        await demo.Tab.PressAsync("Enter");

        await button.UntilTextAsync("Send 100");
        await button.UntilFocusedAsync();
        await demo.Sent("Alice", " of 100").UntilCountAsync(100);
    }

    [Theory, InEachBrowser]
    public async Task AddAPerson_WhenNobodyIsLeftToAdd_KeepsTheFocus(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser, Phone);
        var add = demo.Shown("#add");
        await add.FocusAsync();

        // The first presses may come before a busy browser's window takes keys. The last one finds nobody to add.
        await Await.UntilAsync(
            async () =>
            {
                await demo.Tab.PressAsync("Enter");
                return (await demo.Shown("iframe").TextsAsync()).Length == 4;
            },
            "four people");
        await demo.Tab.PressAsync("Enter");

        await add.UntilDisabledAsync();
        await add.UntilFocusedAsync();
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task OpenAgain_AfterACrash_MovesTheFocusToThePage(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser, Phone);
        await demo.ClickAsync("Bob", "Crash the tab");
        await demo.Shown(".gone button").UntilFocusedAsync();

        await demo.Tab.PressAsync("Enter");

        await demo.UntilStateAsync("Bob", "Connected");
        await demo.Shown("iframe[title=\"Bob's page\"]").UntilFocusedAsync();
    }
}
