using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>A tab with an empty page that receives messages with the JavaScript client and records them.</summary>
internal sealed partial class Tab(IPage page)
{
    private const string EmptyPage = "<!doctype html><title>A tab</title><link rel=icon href=data:,>";

    // With `failing`, the handler throws at the first delivery of every third message.
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

    // Counts in the page: the browser's debugger may report a request before it reports the end of the one that it follows.
    private const string CountPolls =
        """
        () => {
          const { fetch } = window;
          window.held = 0;
          window.maxHeld = 0;
          window.fetch = async (url, init) => {
            const poll = url.includes('/poll?') ? 1 : 0;
            window.held += poll;
            window.maxHeld = Math.max(window.maxHeld, window.held);
            try {
              const response = await fetch(url, init);
              await response.clone().text();
              return response;
            } finally {
              window.held -= poll;
            }
          };
        }
        """;

    // Checks at intervals instead of at every animation frame, which is Playwright's default.
    private static readonly PageWaitForFunctionOptions Periodically = new() { PollingInterval = 50 };

    public IPage Page => page;

    /// <summary>Opens an empty page at the given origin.</summary>
    public static async Task<Tab> OpenAsync(IBrowserContext browser, Uri origin)
    {
        var page = await browser.NewPageAsync();
        var answer = new RouteFulfillOptions { ContentType = "text/html", Body = EmptyPage };
        await page.RouteAsync(EmptyPageUrl(), route => route.FulfillAsync(answer));
        await page.GotoAsync($"{origin}empty-page");
        await page.EvaluateAsync(CountPolls);
        return new Tab(page);
    }

    /// <summary>The most polls that the page has held at the same time.</summary>
    public Task<int> MaxHeldAsync() => page.EvaluateAsync<int>("() => window.maxHeld");

    /// <summary>Subscribes and returns when the subscription reaches the given state.</summary>
    public async Task SubscribeAsync(
        string recipient,
        string url = "/api",
        string? token = null,
        bool failing = false,
        string untilState = "open")
    {
        await page.EvaluateAsync(Subscribe, new { url, rcpt = recipient, token, failing, lease = 5 });
        await UntilStateAsync(untilState);
    }

    public Task UntilStateAsync(string state) =>
        page.WaitForFunctionAsync("state => window.states.at(-1) === state", state, Periodically);

    public Task UntilReceivedAsync(int count) =>
        page.WaitForFunctionAsync("count => window.received.length >= count", count, Periodically);

    public Task<string[]> ReceivedAsync() => page.EvaluateAsync<string[]>("() => window.received");

    [GeneratedRegex("/empty-page$")]
    private static partial Regex EmptyPageUrl();
}
