using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Runs the axe accessibility checker on the demo page and its frames.</summary>
public sealed class AxeTests(Site site)
{
    private static readonly (ColorScheme Colors, int Width)[] Views =
        [(ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, 390), (ColorScheme.Dark, 390)];

    [Fact]
    public async Task Page_InLightAndDark_WideAndOnAPhone_HasNoViolation()
    {
        await using var host = await site.StartHostAsync(withTokens: false);
        await using var browser = await site.NewBrowserAsync();
        var demo = await Demo.OpenAsync(browser, new Uri(host.Url, "/"));
        await demo.SendAsync("Alice", "Can everybody read this?");
        await Assertions.Expect(demo.Received("Bob", "Can everybody read this?")).ToHaveCountAsync(1);
        await demo.SendAsync("Alice", "And this?", "In 10 s");
        await Assertions.Expect(demo.Button("Alice", "Take back")).ToBeVisibleAsync();
        await demo.Button("Bob", "Be busy").ClickAsync();
        await demo.Button("Bob", "Go offline").ClickAsync();
        await demo.UntilStateAsync("Bob", "Offline");
        await demo.Person("Alice").GetByText("On the wire").ClickAsync();
        await AssertNoneInAnyViewAsync(demo.Page);

        await demo.Button("Alice", "Crash the tab").ClickAsync();
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
            Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }
}
