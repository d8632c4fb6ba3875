using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>A tab with an empty page that receives by the JavaScript client and remembers what came.</summary>
internal sealed partial class Tab(IPage page)
{
    private const string EmptyPage = "<!doctype html><title>A tab</title><link rel=icon href=data:,>";

    // A handler that fails does so once for every third message.
    private const string Subscribe =
        """
        async ({ failing, token, ...options }) => {
          const { subscribe } = await import('/funccomet/index.js');
          const failed = new Set();
          window.received = [];
          window.states = [];
          window.stop = subscribe({
            ...options,
            ...(token && { token }),
            onMessage: ({ id, text }) => {
              if (failing && text % 3 === 0 && !failed.has(id)) {
                failed.add(id);
                throw new Error(`no ${text} yet`);
              }

              window.received.push(text);
            },
            onState: ({ state }) => window.states.push(state),
          });
        }
        """;

    // Not at each frame that is drawn, which is what Playwright does by itself.
    private static readonly PageWaitForFunctionOptions NowAndThen = new() { PollingInterval = 50 };

    public IPage Page => page;

    /// <summary>Opens an empty page of the given origin.</summary>
    public static async Task<Tab> OpenAsync(IBrowserContext browser, Uri origin)
    {
        var page = await browser.NewPageAsync();
        await page.RouteAsync(EmptyPageUrl(), route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = EmptyPage }));
        await page.GotoAsync($"{origin}empty-page");
        return new Tab(page);
    }

    /// <summary>Subscribes and returns when it is in the state.</summary>
    public async Task SubscribeAsync(string recipient, string url = "/api", string? token = null, bool failing = false, string untilState = "open")
    {
        await page.EvaluateAsync(Subscribe, new { url, rcpt = recipient, token, failing, lease = 5 });
        await UntilStateAsync(untilState);
    }

    public Task UntilStateAsync(string state) => page.WaitForFunctionAsync("state => window.states.at(-1) === state", state, NowAndThen);

    public Task UntilReceivedAsync(int count) => page.WaitForFunctionAsync("count => window.received.length >= count", count, NowAndThen);

    public Task<string[]> ReceivedAsync() => page.EvaluateAsync<string[]>("() => window.received");

    [GeneratedRegex("/empty-page$")]
    private static partial Regex EmptyPageUrl();
}
