namespace FuncComet.Browser.Tests;

/// <summary>The user closes the leader's tab: its page gets the browser's closing events.</summary>
public sealed class LeaderClosedTests(Site site, ITestOutputHelper output) : LeaderTests(site, output)
{
    [Theory, InEachBrowser]
    public Task Subscribe_WhenTheLeadersTabIsClosed_ShowsEveryMessageOnceInTheOtherTabs(Engine browser) =>
        ShowEveryMessageOnceAsync(browser, leader => leader.Page.CloseAsync());
}
