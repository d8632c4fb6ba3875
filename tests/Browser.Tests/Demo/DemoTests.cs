using System.Text.RegularExpressions;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page in a browser. These tests run one after another, because the page's people have the same names in each.</summary>
public sealed partial class DemoTests(Site site) : IAsyncDisposable
{
    private IProfile? _profile;

    public async ValueTask DisposeAsync()
    {
        if (_profile is not null)
        {
            await _profile.DisposeAsync();
        }
    }

    [Theory, InEachBrowser]
    public async Task Send_ToAPersonWhoIsConnected_IsDeliveredAndShowsItsTimes(Engine browser)
    {
        var demo = await OpenAsync(browser);

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

    [Theory, InEachBrowser(Except = [Engine.Firefox])]
    public async Task Send_WithTheKeyboardOnly_IsDelivered(Engine browser)
    {
        var demo = await OpenAsync(browser);

        await TabToAsync(demo, "text");
        await demo.Tab.TypeAsync("Without a mouse");
        await demo.Tab.PressAsync("Enter");

        await demo.Received("Bob", "Without a mouse").UntilCountAsync(1);
    }

    [Theory, InEachBrowser]
    public async Task Send_ToEverybody_ReachesTheOtherThreeOfAtMostFourPeople(Engine browser)
    {
        var demo = await OpenAsync(browser);
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

    [Theory, InEachBrowser]
    public async Task Send_ToAPersonWhoIsOfflineOrDoesNotPoll_IsDeliveredLater(Engine browser)
    {
        var demo = await OpenAsync(browser);
        foreach (var (button, state) in (ValueTuple<string, string>[])[("Go offline", "Offline"), ("Stop polling", "Not polling")])
        {
            await demo.ClickAsync("Bob", button);
            await demo.UntilStateAsync("Bob", state);
            await demo.SendAsync("Alice", $"While you were away: {button}");
            await demo.Sent("Alice", button).Way.UntilTextAsync(Stored());

            await demo.ClickAsync("Bob", button);

            await demo.Received("Bob", button).UntilCountAsync(1);
            await demo.UntilStateAsync("Bob", "Connected");
        }
    }

    [Theory, InEachBrowser]
    public async Task Send_SaysWhetherThePersonWaits(Engine browser)
    {
        var demo = await OpenAsync(browser);
        await site.UntilWaitingAsync("bob", true);
        await demo.SendAsync("Alice", "Are you there?");
        await demo.Sent("Alice", "Are you there?").Way.UntilTextHasAsync("Bob is polling");
        await demo.ClickAsync("Bob", "Stop polling");
        await demo.UntilStateAsync("Bob", "Not polling");
        await site.UntilWaitingAsync("bob", false);

        await demo.SendAsync("Alice", "And now?");

        await demo.Sent("Alice", "And now?").Way.UntilTextHasAsync("nobody is polling");
    }

    [Theory, InEachBrowser]
    public async Task SendInTenSeconds_WhenItIsTakenBack_IsNotDelivered(Engine browser)
    {
        var demo = await OpenAsync(browser);
        await demo.SendAsync("Alice", "To be taken back", "In 10 s");
        await demo.Sent("Alice", "To be taken back").Way.UntilTextHasAsync("due in 10 s");

        await demo.ClickAsync("Alice", "Take back");

        await demo.Sent("Alice", "To be taken back").Way.UntilTextAsync("taken back");
        await (demo.Sent("Alice", "To be taken back") with { Part = "button" }).UntilHiddenAsync();
        Assert.Equal(0, await site.CountAsync("bob"));
        Assert.Empty(await demo.ComplaintsAsync());
    }

    [Theory, InEachBrowser]
    public async Task SendInTenSeconds_WhenItIsTakenBackTooLate_SaysSo(Engine browser)
    {
        var demo = await OpenAsync(browser);
        await demo.SendAsync("Alice", "To be kept", "In 10 s");
        await demo.Received("Bob", "To be kept").UntilCountAsync(1);

        await demo.ClickAsync("Alice", "Take back");

        await demo.Sent("Alice", "To be kept").Way.UntilTextAsync("too late for Bob");
    }

    [Theory, InEachBrowser]
    public async Task Send_ToAPersonWhoIsBusy_IsPutOffAndComesAgain(Engine browser)
    {
        var demo = await OpenAsync(browser);
        await demo.ClickAsync("Bob", "Be busy");
        await demo.SendAsync("Alice", "When you have time");
        await demo.Received("Bob", "When you have time").Way.UntilTextHasAsync("put off for 10 s");

        await demo.ClickAsync("Bob", "Be busy");

        await demo.Received("Bob", "When you have time").Way.UntilTextHasNotAsync("put off");
        await demo.Received("Bob", "When you have time").Way.UntilTextHasAsync("delivery 2");
        await site.UntilNothingIsLeftAsync("bob");
        Assert.Empty(await demo.ComplaintsAsync());
    }

    [Theory, InEachBrowser]
    public async Task Send100_WhenTheReceivingTabCrashes_LosesNoMessage(Engine browser)
    {
        var demo = await OpenAsync(browser);
        await demo.ClickAsync("Alice", "Send 100");
        await demo.Received("Bob", "20 of 100").UntilCountAsync(1);

        await demo.ClickAsync("Bob", "Crash the tab");
        await demo.Shown("Alice", "#hundred", "Send 100").UntilEnabledAsync();
        await demo.Tab.ClickButtonAsync(null, "Open Bob's page again");

        await demo.Received("Bob", " of 100").UntilCountAsync(100);
        await site.UntilNothingIsLeftAsync("bob");
        var texts = await (demo.Received("Bob", " of 100") with { Part = ".said span" }).TextsAsync();
        var numbers = texts.Select(text => text.Split(' ')[0]);
        Assert.Equal(Enumerable.Range(1, 100), numbers.Select(int.Parse).Order());
    }

    private async Task<Demo> OpenAsync(Engine browser)
    {
        _profile = await site.NewProfileAsync(browser);
        return await Demo.OpenAsync(_profile, site.Page);
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
