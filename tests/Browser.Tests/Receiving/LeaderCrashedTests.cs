using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Its process ends: nobody is told.</summary>
public sealed class LeaderCrashedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    /// <inheritdoc/>
    protected override async Task LoseAsync(IPage page)
    {
        var crashed = new TaskCompletionSource();
        page.Crash += (_, _) => crashed.TrySetResult();
        var debugger = await page.Context.NewCDPSessionAsync(page);

        // Never answered: who would?
        _ = debugger.SendAsync("Page.crash");
        await crashed.Task.Bounded();
    }
}
