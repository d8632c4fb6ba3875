using System.Text.RegularExpressions;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page: what is broken with its buttons loses no message.</summary>
public sealed partial class BrokenTests(DemoSite site) : IClassFixture<DemoSite>
{
    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send_ToAPersonWhoIsOfflineOrDoesNotPoll_IsDeliveredLater(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
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

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Send100_WhenTheReceivingTabCrashes_LosesNoMessage(Engine browser)
    {
        await using var demo = await site.OpenAsync(browser);
        await demo.ClickAsync("Alice", "Send 100");
        await demo.Received("Bob", "20 of 100").UntilCountAsync(1);

        await demo.ClickAsync("Bob", "Crash the tab");
        await demo.Shown("Alice", "#hundred", "Send 100").UntilEnabledAsync();
        await demo.Tab.ClickButtonAsync(null, "Open Bob's page again");

        await demo.Received("Bob", " of 100").UntilCountAsync(100);
        await site.Mailboxes.UntilNothingIsLeftAsync("bob");
        var texts = await (demo.Received("Bob", " of 100") with { Part = ".said span" }).TextsAsync();
        var numbers = texts.Select(text => text.Split(' ')[0]);
        Assert.Equal(Enumerable.Range(1, 100), numbers.Select(int.Parse).Order());
    }

    [GeneratedRegex(@"^stored in \d+ ms(Bob is polling|nobody is polling)$")]
    private static partial Regex Stored();
}
