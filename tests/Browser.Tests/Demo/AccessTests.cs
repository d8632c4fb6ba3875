using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page when the app requires tokens or function keys.</summary>
public sealed class AccessTests(Site site)
{
    [Fact]
    public async Task Page_WhenTokensAreRequired_GetsThem()
    {
        await using var host = await site.StartHostAsync(withTokens: true);
        await using var browser = await site.NewBrowserAsync();
        var demo = await Demo.OpenAsync(browser, new Uri(host.Url, "/"));

        await demo.SendAsync("Alice", "With a token");

        await Assertions.Expect(demo.Received("Bob", "With a token")).ToHaveCountAsync(1);
        Assert.Empty(demo.Complaints);
    }

    [Fact]
    public async Task Page_WhenFunctionKeysAreRequired_SaysWhatToDo()
    {
        await using var host = await site.StartHostAsync(withTokens: false, "--enable-auth", "a-key");
        await using var browser = await site.NewBrowserAsync();

        var demo = await Demo.OpenAsync(browser, new Uri(host.Url, "/"));

        await Assertions.Expect(demo.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Start it without --enable-auth");
        await Assertions.Expect(demo.Page.Locator("iframe")).ToHaveCountAsync(0);
    }
}
