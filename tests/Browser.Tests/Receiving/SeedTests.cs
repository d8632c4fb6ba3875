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

    // Without the dialogs, which stop a page until somebody closes them.
    private const string Start =
        """
        ({ url, script }) => {
          window.received = [];
          window.alerts = [];
          window.alert = text => { window.alerts.push(text); };
          const element = document.createElement('script');
          element.textContent = script;
          document.head.append(element);
          longpoll(url, text => window.received.push(text));
        }
        """;

    [Theory, InEachBrowser]
    public async Task OldTutorial_WhenMessagesArePushed_ReceivesThem(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await StartOldTutorialAsync(tab, $"/api/poll?rcpt={recipient}");

        await site.Mailboxes.PushAllAsync(recipient, ["one", "two", "three"]);

        await tab.UntilReceivedAsync(3);
        Assert.Equal(["one", "two", "three"], await tab.ReceivedAsync());
    }

    [Theory, InEachBrowser]
    public async Task OldTutorial_WhenAPollTimesOut_StopsPolling(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await StartOldTutorialAsync(tab, $"/api/poll?rcpt={recipient}&timeout=1");

        await tab.Page.UntilAsync("() => window.alerts.length > 0");
        Assert.Equal(["long-poll connection lost"], await tab.Page.EvaluateAsync<string[]>("() => window.alerts"));
        await site.Mailboxes.PushAsync(recipient, "too late");
        Assert.Equal(1, await site.Mailboxes.CountAsync(recipient));
        Assert.Empty(await tab.ReceivedAsync());
    }

    [Theory, InEachBrowser]
    public async Task Longpoll_WhenAPollTimesOut_PollsAgain(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, site.Page);
        await tab.Page.EvaluateAsync<object?>(
            """
            async url => {
              const { longpoll } = await import('/funccomet/index.js');
              window.received = [];
              longpoll(url, text => window.received.push(text));
            }
            """,
            $"/api/poll?rcpt={recipient}&timeout=1");

        await tab.Page.UntilAsync("() => window.empty >= 2");
        await site.Mailboxes.PushAllAsync(recipient, ["one", "two", "three"]);

        await tab.UntilReceivedAsync(3);
        Assert.Equal(["one", "two", "three"], await tab.ReceivedAsync());
    }

    private static async Task StartOldTutorialAsync(Tab tab, string url)
    {
        await tab.Page.EvaluateAsync<object?>(Start, new { url, script = OldTutorial });
    }
}
