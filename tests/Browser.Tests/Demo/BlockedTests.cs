namespace FuncComet.Browser.Tests;

/// <summary>The demo page where the browser blocks cookies: storage and channels throw, as Firefox makes them.</summary>
public sealed class BlockedTests(Site site)
{
    private const string Block =
        """
        const forbid = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
        Object.defineProperty(window, 'sessionStorage', { get: forbid });
        window.BroadcastChannel = class { constructor() { forbid(); } };
        // Firefox runs this in its initial empty page too, which has no locks.
        if (navigator.locks) {
          navigator.locks.request = async () => forbid();
        }

        """;

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Page_WhereStorageAndChannelsAreForbidden_SendsAndReceives(Engine browser)
    {
        await using var host = await site.StartHostAsync(withTokens: false);
        var profile = await site.NewProfileAsync(browser);
        await ((PlaywrightProfile)profile).Context.AddInitScriptAsync(Block);
        await using var demo = await Demo.OpenAsync(profile, new Uri(host.Url, "/"));

        await demo.SendAsync("Alice", "Without cookies");

        await demo.Received("Bob", "Without cookies").UntilCountAsync(1);
        Assert.Empty(await demo.ComplaintsAsync());
    }
}
