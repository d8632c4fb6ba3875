using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The process of the leader's tab crashes: its page gets no event.</summary>
public sealed class LeaderCrashedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    /// <inheritdoc/>
    protected override async Task LoseAsync(IPage page)
    {
        var crashed = new TaskCompletionSource();
        page.Crash += (_, _) => crashed.TrySetResult();
        var debugger = await page.Context.NewCDPSessionAsync(page);

        // Not awaited: the crashed page never answers.
        _ = debugger.SendAsync("Page.crash");
        await crashed.Task.Bounded();
    }
}
