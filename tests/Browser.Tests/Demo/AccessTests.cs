
namespace FuncComet.Browser.Tests;

/// <summary>The demo page when the app requires tokens or function keys.</summary>
public sealed class AccessTests(Site site)
{
    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Page_WhenTokensAreRequired_GetsThem(Engine browser)
    {
        await using var host = await site.StartHostAsync(withTokens: true);
        await using var demo = await Demo.OpenAsync(await site.NewProfileAsync(browser), new Uri(host.Url, "/"));

        await demo.SendAsync("Alice", "With a token");

        await demo.Received("Bob", "With a token").UntilCountAsync(1);
        Assert.Empty(await demo.ComplaintsAsync());
    }

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Page_WhenFunctionKeysAreRequired_SaysWhatToDo(Engine browser)
    {
        await using var host = await site.StartHostAsync(withTokens: false, "--enable-auth", "a-key");

        await using var demo = await Demo.OpenAsync(await site.NewProfileAsync(browser), new Uri(host.Url, "/"));

        await demo.Shown("[role=alert]").UntilTextHasAsync("Start it without --enable-auth");
        Assert.Empty(await demo.Shown("iframe").TextsAsync());
    }
}
