namespace FuncComet.Browser.Tests;

/// <summary>
/// A frame in a page of another origin that may not store anything. Browsers differ in how they treat such frames where a user blocks the
/// cookies of others; a sandbox that gives the frame no origin is what all of them have.
/// </summary>
public sealed class ForeignFrameTests(Site site)
{
    // What the frame reports goes to the page, which cannot look into the frame.
    private const string Receive =
        """
        async ({ client, url, rcpt }) => {
          window.received = [];
          window.states = [];
          window.addEventListener('message', ({ data }) => {
            window.may = data.may ?? window.may;
            window.states.push(...(data.states ?? []));
            window.received.push(...(data.received ?? []));
          });
          const frame = document.createElement('iframe');
          frame.sandbox = 'allow-scripts';
          // Chromium asks the page, and a page its frames, before they may call an address of this machine.
          frame.allow = 'local-network-access; loopback-network';
          frame.srcdoc = `<!doctype html><script type="module">
            const report = data => parent.postMessage(data, '*');
            const outcome = async attempt => {
              try {
                await attempt();
                return 'allowed';
              } catch (error) {
                return error.name;
              }
            };
            report({
              may: [await outcome(() => sessionStorage.setItem('a', 'b')), await outcome(() => navigator.locks.request('a', () => {}))],
            });

            import('${client}').then(({ subscribe }) => subscribe({
              url: '${url}',
              rcpt: '${rcpt}',
              onMessage: ({ text }) => report({ received: [text] }),
              onState: ({ state }) => report({ states: [state] }),
            })).catch(error => report({ states: [String(error)] }));
          </script>`;
          document.body.append(frame);
        }
        """;

    [Theory, InEachBrowser]
    public async Task Subscribe_InAForeignFrameThatMayNotStore_Receives(Engine browser)
    {
        var recipient = Site.NewRecipient();
        await using var other = await site.StartHostAsync(withTokens: false, "--cors", "*");
        using var server = new HttpClient { BaseAddress = other.Url };
        await using var profile = await site.NewProfileAsync(browser);
        var page = await profile.OpenEmptyAsync(site.Page);

        var client = new Uri(other.Url, "/funccomet/index.js");
        await page.EvaluateAsync<object?>(Receive, new { client = $"{client}", url = $"{other.Url}", rcpt = recipient });
        await page.UntilAsync("() => window.states.length > 0 && window.states.at(-1) !== 'connecting'");
        Assert.Equal(["connecting", "open"], await page.EvaluateAsync<string[]>("() => window.states"));
        using var pushed = await server.PostAsync(
            $"push?rcpt={recipient}", new StringContent("into the frame"), TestContext.Current.CancellationToken);

        await page.UntilAsync("() => window.received.length > 0");
        Assert.Equal(["into the frame"], await page.EvaluateAsync<string[]>("() => window.received"));
        Assert.Equal(["SecurityError", "SecurityError"], await page.EvaluateAsync<string[]>("() => window.may"));
    }
}
