using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The user closes the leader's tab: its page gets the browser's closing events.</summary>
public sealed class LeaderClosedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    /// <inheritdoc/>
    protected override Task LoseAsync(IPage page) => page.CloseAsync();
}
