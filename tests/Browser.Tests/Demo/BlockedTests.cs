using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page where the browser blocks cookies: storage and channels throw, as Firefox makes them.</summary>
public sealed class BlockedTests(Site site)
{
    private const string Block =
        """
        const forbid = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
        Object.defineProperty(window, 'sessionStorage', { get: forbid });
        window.BroadcastChannel = class { constructor() { forbid(); } };
        navigator.locks.request = async () => forbid();
        """;

    [Fact]
    public async Task Page_WhereStorageAndChannelsAreForbidden_SendsAndReceives()
    {
        await using var host = await site.StartHostAsync(withTokens: false);
        await using var browser = await site.NewBrowserAsync();
        await browser.AddInitScriptAsync(Block);
        var demo = await Demo.OpenAsync(browser, new Uri(host.Url, "/"));

        await demo.SendAsync("Alice", "Without cookies");

        await Assertions.Expect(demo.Received("Bob", "Without cookies")).ToHaveCountAsync(1);
        Assert.Empty(demo.Complaints);
    }
}
