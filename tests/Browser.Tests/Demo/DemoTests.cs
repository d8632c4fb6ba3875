using System.Text.RegularExpressions;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page: people who are there write to each other.</summary>
public sealed partial class DemoTests(DemoSite site) : IClassFixture<DemoSite>
{
    [Theory, InEachBrowser]
    public async Task Send_ToAPersonWhoIsConnected_IsDeliveredAndShowsItsTimes(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);

        await demo.SendAsync("Alice", "Lunch at noon?");

        await demo.Received("Bob", "Alice Lunch at noon?").UntilCountAsync(1);
        await demo.Received("Bob", "Lunch at noon?").Way.UntilTextAsync(Times());
        await demo.Sent("Alice", "to Bob Lunch at noon?").Way.UntilTextAsync(Stored());
        await demo.UntilStateAsync("Alice", "Connected");
        await demo.UntilStateAsync("Bob", "Connected");
        await demo.ShowRequestsAsync("Bob");
        await demo.Shown("Bob", "#wire li:first-child").UntilTextAsync(HeldPoll());
        Assert.Empty(await demo.ComplaintsAsync());
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send_WithTheKeyboardOnly_IsDelivered(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);

        await TabToAsync(demo, "text");
        await demo.Tab.TypeAsync("Without a mouse");
        await demo.Tab.PressAsync("Enter");

        await demo.Received("Bob", "Without a mouse").UntilCountAsync(1);
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send_ToEverybody_ReachesTheOtherThreeOfAtMostFourPeople(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await demo.Tab.ClickButtonAsync(null, "Add a person");
        await demo.Tab.ClickButtonAsync(null, "Add a person");
        await demo.Shown("#add").UntilDisabledAsync();
        await demo.Tab.SelectAsync(Demo.FrameOf("Dave"), "To", "Everybody");

        await demo.SendAsync("Dave", "Hello, all");

        foreach (var person in (string[])["Alice", "Bob", "Carol"])
        {
            await demo.Received(person, "Dave Hello, all").UntilCountAsync(1);
        }
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send_SaysWhetherThePersonWaits(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await site.Mailboxes.UntilWaitingAsync("bob", true);
        await demo.SendAsync("Alice", "Are you there?");
        await demo.Sent("Alice", "Are you there?").Way.UntilTextHasAsync("Bob is polling");
        await demo.ClickAsync("Bob", "Stop polling");
        await demo.UntilStateAsync("Bob", "Not polling");
        await site.Mailboxes.UntilWaitingAsync("bob", false);

        await demo.SendAsync("Alice", "And now?");

        await demo.Sent("Alice", "And now?").Way.UntilTextHasAsync("nobody is polling");
    }

    /// <summary>Presses the Tab key until the element in the first frame has the focus.</summary>
    private static async Task TabToAsync(Demo demo, string id)
    {
        await demo.UntilStateAsync("Alice", "Connected");
        for (var presses = 1; presses <= 10; presses++)
        {
            await demo.Tab.PressAsync("Tab");
            if (await demo.Shown("Alice", $"#{id}").HasFocusAsync())
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
