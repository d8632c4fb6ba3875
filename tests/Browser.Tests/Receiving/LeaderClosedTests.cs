using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>Its user closes it: the page is told.</summary>
public sealed class LeaderClosedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    /// <inheritdoc/>
    protected override Task LoseAsync(IPage page) => page.CloseAsync();
}
