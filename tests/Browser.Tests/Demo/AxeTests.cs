using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Runs the axe accessibility checker on the demo page and its frames.</summary>
public sealed class AxeTests(Site site)
{
    private static readonly (ColorScheme Colors, int Width)[] Views =
        [(ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, 390), (ColorScheme.Dark, 390)];

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Page_InLightAndDark_WideAndOnAPhone_HasNoViolation(Engine browser)
    {
        await using var host = await site.StartHostAsync(withTokens: false);
        await using var demo = await Demo.OpenAsync(await site.NewProfileAsync(browser), new Uri(host.Url, "/"));
        await demo.SendAsync("Alice", "Can everybody read this?");
        await demo.Received("Bob", "Can everybody read this?").UntilCountAsync(1);
        await demo.SendAsync("Alice", "And this?", "In 10 s");
        await (demo.Sent("Alice", "And this?") with { Part = ".back" }).UntilShownAsync();
        await demo.ClickAsync("Bob", "Be busy");
        await demo.ClickAsync("Bob", "Go offline");
        await demo.UntilStateAsync("Bob", "Offline");
        await demo.ShowRequestsAsync("Alice");
        await AssertNoneInAnyViewAsync(demo.Page);

        await demo.ClickAsync("Alice", "Crash the tab");
        await AssertNoneInAnyViewAsync(demo.Page);
    }

    private static async Task AssertNoneInAnyViewAsync(IPage page)
    {
        foreach (var (colors, width) in Views)
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = colors });
            await page.SetViewportSizeAsync(width, 844);

            var found = (await page.RunAxe()).Violations;
            var described = found.Select(violation =>
                $"{violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}");
            Assert.True(found.Length == 0, $"{colors}, {width} wide: {string.Join(Environment.NewLine, described)}");
            var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.Equal(0, overflow);
        }
    }
}
