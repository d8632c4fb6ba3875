using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>The process of the leader's tab crashes: its page gets no event.</summary>
public sealed class LeaderCrashedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public Task Subscribe_WhenTheLeadersTabCrashes_ShowsEveryMessageOnceInTheOtherTabs(Engine browser) =>
        ShowEveryMessageOnceAsync(browser, CrashAsync);

    private static async Task CrashAsync(Tab leader)
    {
        var page = ((PlaywrightTab)leader.Page).Page;
        var crashed = new TaskCompletionSource();
        page.Crash += (_, _) => crashed.TrySetResult();
        var debugger = await page.Context.NewCDPSessionAsync(page);

        // Not awaited: the crashed page never answers.
        _ = debugger.SendAsync("Page.crash");
        await crashed.Task.Bounded();
    }
}
