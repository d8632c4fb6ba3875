using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The <c>longpoll</c> function of old Comet tutorials, which this project started from, against today's server.</summary>
public sealed class SeedTests(Site site)
{
    private const string OldTutorial =
        """
        function longpoll(url, callback) {
          var req = new XMLHttpRequest();
          req.open('GET', url, true);
          req.onreadystatechange = function (aEvt) {
            if (req.readyState == 4) {
              if (req.status == 200) {
                callback(req.responseText);
                longpoll(url, callback);
              } else {
                alert("long-poll connection lost");
              }
            }
          };
          req.send(null);
        }
        """;

    [Fact]
    public async Task OldTutorial_WhenMessagesArePushed_ReceivesThem()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var tab = await Tab.OpenAsync(browser, site.Page);
        await StartOldTutorialAsync(tab, $"/api/poll?rcpt={recipient}");

        await site.PushAllAsync(recipient, ["one", "two", "three"]);

        await tab.UntilReceivedAsync(3);
        Assert.Equal(["one", "two", "three"], await tab.ReceivedAsync());
    }

    [Fact]
    public async Task OldTutorial_WhenAPollTimesOut_StopsPolling()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var tab = await Tab.OpenAsync(browser, site.Page);
        var alerted = new TaskCompletionSource<string>();
        tab.Page.Dialog += async (_, dialog) =>
        {
            await dialog.DismissAsync();
            alerted.TrySetResult(dialog.Message);
        };
        await StartOldTutorialAsync(tab, $"/api/poll?rcpt={recipient}&timeout=1");

        Assert.Equal("long-poll connection lost", await alerted.Task.Bounded());
        await site.PushAsync(recipient, "too late");
        Assert.Equal(1, await site.CountAsync(recipient));
        Assert.Empty(await tab.ReceivedAsync());
    }

    [Fact]
    public async Task Longpoll_WhenAPollTimesOut_PollsAgain()
    {
        var recipient = Site.NewRecipient();
        await using var browser = await site.NewBrowserAsync();
        var tab = await Tab.OpenAsync(browser, site.Page);
        var empty = new SemaphoreSlim(0);
        tab.Page.Response += (_, response) => _ = response.Status == 204 ? empty.Release() : 0;
        await tab.Page.EvaluateAsync(
            """
            async url => {
              const { longpoll } = await import('/funccomet/index.js');
              window.received = [];
              longpoll(url, text => window.received.push(text));
            }
            """,
            $"/api/poll?rcpt={recipient}&timeout=1");

        await empty.WaitAsync(TestContext.Current.CancellationToken).Bounded();
        await empty.WaitAsync(TestContext.Current.CancellationToken).Bounded();
        await site.PushAllAsync(recipient, ["one", "two", "three"]);

        await tab.UntilReceivedAsync(3);
        Assert.Equal(["one", "two", "three"], await tab.ReceivedAsync());
    }

    private static async Task StartOldTutorialAsync(Tab tab, string url)
    {
        await tab.Page.AddScriptTagAsync(new PageAddScriptTagOptions { Content = OldTutorial });
        await tab.Page.EvaluateAsync("url => { window.received = []; longpoll(url, text => window.received.push(text)); }", url);
    }
}
