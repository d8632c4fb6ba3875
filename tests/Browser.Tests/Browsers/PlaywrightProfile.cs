using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>A context of a browser that Playwright drives.</summary>
internal sealed partial class PlaywrightProfile(IBrowserContext context) : IProfile
{
    private const string EmptyPage = "<!doctype html><title>A tab</title><link rel=icon href=data:,>";

    public IBrowserContext Context => context;

    public async Task<IBrowserTab> OpenAsync(Uri address)
    {
        var page = await context.NewPageAsync();
        var tab = new PlaywrightTab(page);
        await page.GotoAsync($"{address}");
        return tab;
    }

    public async Task<IBrowserTab> OpenEmptyAsync(Uri origin)
    {
        var page = await context.NewPageAsync();
        var answer = new RouteFulfillOptions { ContentType = "text/html", Body = EmptyPage };
        await page.RouteAsync(EmptyPageUrl(), route => route.FulfillAsync(answer));
        await page.GotoAsync($"{origin}empty-page");

        // A request of a removed frame does not get past Playwright's routes.
        await page.UnrouteAllAsync();
        return new PlaywrightTab(page);
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();

    [GeneratedRegex("/empty-page$")]
    private static partial Regex EmptyPageUrl();
}
