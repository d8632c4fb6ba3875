namespace FuncComet.Browser.Tests;

/// <summary>The demo page and the client write no error and no warning to the browser's console, from the first line on.</summary>
public sealed class ConsoleTests(DemoSite site) : IClassFixture<DemoSite>
{
    [Theory, InEachBrowser]
    public async Task Page_WhenItHasReceived_HasWrittenNothingToTheConsole(Engine browser)
    {
        if (browser == Engine.WebKitGtk)
        {
            await using var window = await site.OpenWebKitWindowAsync();
            await ReceiveAsync();
            Assert.Empty(window.Complaints);
        }
        else
        {
            await using var demo = await site.OpenAsync(browser);
            await ReceiveAsync();
            Assert.Empty(await demo.ComplaintsAsync());
        }
    }

    private async Task ReceiveAsync()
    {
        foreach (var person in (string[])["alice", "bob"])
        {
            await site.Mailboxes.PushAsync(person, "hello");
            await site.Mailboxes.UntilNothingIsLeftAsync(person);
        }
    }
}
