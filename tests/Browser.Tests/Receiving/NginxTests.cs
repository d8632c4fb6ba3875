using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>A page that receives for eight recipients over HTTP/2, behind an nginx that answers 504 to long polls.</summary>
public sealed class NginxTests(Site site)
{
    private const int Recipients = 8;

    // How often each recipient polls without an error after the page has learnt the limit.
    private const int Rounds = 3;

    private const string Subscribe =
        """
        async rcpts => {
          const { subscribe } = await import('/funccomet/index.js');
          const { fetch } = window;
          window.received = [];
          window.states = Object.fromEntries(rcpts.map(rcpt => [rcpt, []]));
          window.asks = [];
          window.fetch = async (url, init) => {
            const { pathname, searchParams } = new URL(url);
            const poll = { asked: Number(searchParams.get('timeout')), status: 0 };
            if (pathname.endsWith('/poll')) {
              window.asks.push(poll);
            }

            try {
              const response = await fetch(url, init);
              poll.status = response.status;
              return response;
            } catch (error) {
              poll.status = -1;
              throw error;
            }
          };
          rcpts.forEach(rcpt => subscribe({
            url: '/api',
            rcpt,
            onMessage: ({ text }) => { window.received.push(text); },
            onState: ({ state, reason }) => window.states[rcpt].push(reason ?? state),
          }));
        }
        """;

    private const string LimitedPolls = "n => window.asks.filter(poll => ![0, 220].includes(poll.asked) && poll.status).length >= n";
    private const string FailedPolls = "() => window.asks.filter(poll => ![0, 200, 204].includes(poll.status)).map(poll => poll.asked)";

    // Polls then ask for 6 seconds, which leaves the app two to answer.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    [Theory, InEachBrowser(Except = [Engine.Firefox, Engine.WebKitGtk])]
    public async Task Subscribe_ToEightRecipientsBehindNginx_AsksForLessAndGetsEveryMessageOnce(Engine browser)
    {
        await using var nginx = await Nginx.StartAsync(new Uri(site.Page, "api/"), Limit);
        string[] recipients = [.. Enumerable.Range(0, Recipients).Select(_ => Site.NewRecipient())];
        await using var profile = await site.NewProfileAsync(browser);
        var tab = await Tab.OpenAsync(profile, new Uri(nginx.SecureUrl, "/"));
        await tab.Page.EvaluateAsync<object?>(Subscribe, recipients);

        await tab.Page.UntilAsync("count => window.held === count", Recipients);
        await PushToAllAsync("first");
        await tab.Page.UntilAsync("() => Object.values(window.states).every(states => states.at(-1).startsWith('Requests'))");
        for (var round = 1; round <= Rounds; round++)
        {
            await PushToAllAsync($"{round}");
            await tab.Page.UntilAsync(LimitedPolls, 2 * round * Recipients);
        }

        await tab.UntilReceivedAsync((Rounds + 1) * Recipients);
        foreach (var recipient in recipients)
        {
            await site.Mailboxes.UntilNothingIsLeftAsync(recipient);
        }

        string[] pushed = [.. from text in (string[])["first", "1", "2", "3"] from recipient in recipients select $"{recipient} {text}"];
        Assert.Equal(pushed.Order(), (await tab.ReceivedAsync()).Order());
        Assert.All(
            await tab.Page.EvaluateAsync<string[]>("() => Object.values(window.states).map(states => states.join())"),
            states => Assert.Matches(@"^connecting,open,Requests are ended after \d+ s, so polls ask for \d s$", states));

        // Each recipient's polls were cut twice, until the page had learnt the limit.
        var failed = await tab.Page.EvaluateAsync<int[]>(FailedPolls);
        Assert.InRange(failed.Length, 2, 2 * Recipients);
        Assert.All(failed, asked => Assert.Equal(220, asked));
        Assert.Equal(Recipients, await tab.MaxHeldAsync());

        // A reload knows it. The page is one that only this test answers.
        var page = ((PlaywrightTab)tab.Page).Page;
        await page.RouteAsync("**/empty-page", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!doctype html>" }));
        await page.ReloadAsync();
        await tab.Page.EvaluateAsync<object?>(Subscribe, recipients);
        await tab.Page.UntilAsync("count => window.asks.filter(poll => poll.asked > 0).length >= count", Recipients);
        Assert.All(await tab.Page.EvaluateAsync<int[]>("() => window.asks.map(poll => poll.asked)"), asked => Assert.InRange(asked, 0, 9));

        async Task PushToAllAsync(string text)
        {
            foreach (var recipient in recipients)
            {
                await site.Mailboxes.PushAsync(recipient, $"{recipient} {text}");
            }
        }
    }
}
