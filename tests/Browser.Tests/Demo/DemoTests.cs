using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page in a browser. These tests run one after another, because the page's people have the same names in each.</summary>
public sealed partial class DemoTests(Site site) : IAsyncDisposable
{
    private IBrowserContext? _browser;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    [Fact]
    public async Task Send_ToAPersonWhoIsConnected_IsDeliveredAndShowsItsTimes()
    {
        var demo = await OpenAsync();

        await demo.SendAsync("Alice", "Lunch at noon?");

        await Assertions.Expect(demo.Received("Bob", "Alice Lunch at noon?")).ToHaveCountAsync(1);
        await Assertions.Expect(demo.Received("Bob", "Lunch at noon?").Locator(".way")).ToHaveTextAsync(Times());
        await Assertions.Expect(demo.Sent("Alice", "to Bob Lunch at noon?").Locator(".way")).ToHaveTextAsync(Stored());
        await demo.UntilStateAsync("Alice", "Connected");
        await demo.UntilStateAsync("Bob", "Connected");
        await demo.Person("Bob").GetByText("On the wire").ClickAsync();
        await Assertions.Expect(demo.Person("Bob").Locator("#wire li").First).ToHaveTextAsync(HeldPoll());
        Assert.Empty(demo.Complaints);
    }

    [Fact]
    public async Task Send_WithTheKeyboardOnly_IsDelivered()
    {
        var demo = await OpenAsync();

        await TabToAsync(demo, "text");
        await demo.Page.Keyboard.TypeAsync("Without a mouse");
        await demo.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(demo.Received("Bob", "Without a mouse")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Send_ToEverybody_ReachesTheOtherThreeOfAtMostFourPeople()
    {
        var demo = await OpenAsync();
        var add = demo.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add a person" });
        await add.ClickAsync();
        await add.ClickAsync();
        await Assertions.Expect(add).ToBeDisabledAsync();
        await demo.Person("Dave").GetByLabel("To").SelectOptionAsync("Everybody");

        await demo.SendAsync("Dave", "Hello, all");

        foreach (var person in (string[])["Alice", "Bob", "Carol"])
        {
            await Assertions.Expect(demo.Received(person, "Dave Hello, all")).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task Send_ToAPersonWhoIsOfflineOrDoesNotPoll_IsDeliveredLater()
    {
        var demo = await OpenAsync();
        foreach (var (button, state) in (ValueTuple<string, string>[])[("Go offline", "Offline"), ("Stop polling", "Not polling")])
        {
            await demo.Button("Bob", button).ClickAsync();
            await demo.UntilStateAsync("Bob", state);
            await demo.SendAsync("Alice", $"While you were away: {button}");
            await Assertions.Expect(demo.Sent("Alice", button).Locator(".way")).ToHaveTextAsync(Stored());

            await demo.Button("Bob", button).ClickAsync();

            await Assertions.Expect(demo.Received("Bob", button)).ToHaveCountAsync(1);
            await demo.UntilStateAsync("Bob", "Connected");
        }
    }

    [Fact]
    public async Task Send_SaysWhetherThePersonWaits()
    {
        var demo = await OpenAsync();
        await site.UntilWaitingAsync("bob", true);
        await demo.SendAsync("Alice", "Are you there?");
        await Assertions.Expect(demo.Sent("Alice", "Are you there?").Locator(".way")).ToContainTextAsync("Bob is polling");
        await demo.Button("Bob", "Stop polling").ClickAsync();
        await demo.UntilStateAsync("Bob", "Not polling");
        await site.UntilWaitingAsync("bob", false);

        await demo.SendAsync("Alice", "And now?");

        await Assertions.Expect(demo.Sent("Alice", "And now?").Locator(".way")).ToContainTextAsync("nobody is polling");
    }

    [Fact]
    public async Task SendInTenSeconds_WhenItIsTakenBack_IsNotDelivered()
    {
        var demo = await OpenAsync();
        await demo.SendAsync("Alice", "To be taken back", "In 10 s");
        await Assertions.Expect(demo.Sent("Alice", "To be taken back").Locator(".way")).ToContainTextAsync("due in 10 s");

        await TakeBack(demo, "To be taken back").ClickAsync();

        await Assertions.Expect(demo.Sent("Alice", "To be taken back").Locator(".way")).ToHaveTextAsync("taken back");
        await Assertions.Expect(TakeBack(demo, "To be taken back")).ToBeHiddenAsync();
        Assert.Equal(0, await site.CountAsync("bob"));
        Assert.Empty(demo.Complaints);
    }

    [Fact]
    public async Task SendInTenSeconds_WhenItIsTakenBackTooLate_SaysSo()
    {
        var demo = await OpenAsync();
        await demo.SendAsync("Alice", "To be kept", "In 10 s");
        await Assertions.Expect(demo.Received("Bob", "To be kept")).ToHaveCountAsync(1);

        await TakeBack(demo, "To be kept").ClickAsync();

        await Assertions.Expect(demo.Sent("Alice", "To be kept").Locator(".way")).ToHaveTextAsync("too late for Bob");
    }

    [Fact]
    public async Task Send_ToAPersonWhoIsBusy_IsPutOffAndComesAgain()
    {
        var demo = await OpenAsync();
        await demo.Button("Bob", "Be busy").ClickAsync();
        await demo.SendAsync("Alice", "When you have time");
        await Assertions.Expect(demo.Received("Bob", "When you have time").Locator(".way")).ToContainTextAsync("put off for 10 s");

        await demo.Button("Bob", "Be busy").ClickAsync();

        await Assertions.Expect(demo.Received("Bob", "When you have time").Locator(".way")).Not.ToContainTextAsync("put off");
        await Assertions.Expect(demo.Received("Bob", "When you have time").Locator(".way")).ToContainTextAsync("delivery 2");
        await site.UntilNothingIsLeftAsync("bob");
        Assert.Empty(demo.Complaints);
    }

    [Fact]
    public async Task Send100_WhenTheReceivingTabCrashes_LosesNoMessage()
    {
        var demo = await OpenAsync();
        await demo.Button("Alice", "Send 100").ClickAsync();
        await Assertions.Expect(demo.Received("Bob", "20 of 100")).ToHaveCountAsync(1);

        await demo.Button("Bob", "Crash the tab").ClickAsync();
        await Assertions.Expect(demo.Button("Alice", "Send 100")).ToBeEnabledAsync();
        await demo.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open Bob's page again" }).ClickAsync();

        await Assertions.Expect(demo.Received("Bob", " of 100")).ToHaveCountAsync(100);
        await site.UntilNothingIsLeftAsync("bob");
        var numbers = (await demo.Received("Bob", " of 100").Locator(".said span").AllInnerTextsAsync()).Select(text => text.Split(' ')[0]);
        Assert.Equal(Enumerable.Range(1, 100), numbers.Select(int.Parse).Order());
    }

    private static ILocator TakeBack(Demo demo, string text) =>
        demo.Sent("Alice", text).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Take back" });

    private async Task<Demo> OpenAsync()
    {
        _browser = await site.NewBrowserAsync();
        return await Demo.OpenAsync(_browser, site.Page);
    }

    /// <summary>Presses the Tab key until the element in the first frame has the focus.</summary>
    private static async Task TabToAsync(Demo demo, string id)
    {
        await demo.UntilStateAsync("Alice", "Connected");
        for (var presses = 1; presses <= 10; presses++)
        {
            await demo.Page.Keyboard.PressAsync("Tab");
            if (await demo.Person("Alice").Locator(":focus").And(demo.Person("Alice").Locator($"#{id}")).CountAsync() == 1)
            {
                return;
            }
        }

        Assert.Fail($"Pressing the Tab key ten times did not move the focus to {id}.");
    }

    [GeneratedRegex(@"^pushed \d\d:\d\d:\d\d.\d\d\dwaited \d+ msdelivered in \d+ msdelivery 1$")]
    private static partial Regex Times();

    [GeneratedRegex(@"^GET /api/poll\?rcpt=bob&timeout=220&lease=10&max=\d+(&ack=.+)?held …$")]
    private static partial Regex HeldPoll();

    [GeneratedRegex(@"^stored in \d+ ms(Bob is polling|nobody is polling)$")]
    private static partial Regex Stored();
}
