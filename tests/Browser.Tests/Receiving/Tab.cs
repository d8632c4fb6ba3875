namespace FuncComet.Browser.Tests;

/// <summary>A tab with an empty page that receives messages with the JavaScript client and records them.</summary>
internal sealed class Tab(IBrowserTab page)
{
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
          window.polls = 0;
          window.held = 0;
          window.maxHeld = 0;
          window.empty = 0;
          window.fetch = async (url, init) => {
            const poll = url.includes('/poll?') ? 1 : 0;
            window.polls += poll;
            window.held += poll;
            window.maxHeld = Math.max(window.maxHeld, window.held);
            try {
              const response = await fetch(url, init);
              await response.clone().text();
              window.empty += response.status === 204 ? poll : 0;
              return response;
            } finally {
              window.held -= poll;
            }
          };
        }
        """;

    /// <summary>What can be done in it beyond receiving.</summary>
    public IBrowserTab Page => page;

    /// <summary>Opens an empty page at the given origin.</summary>
    public static async Task<Tab> OpenAsync(IProfile profile, Uri origin)
    {
        var page = await profile.OpenEmptyAsync(origin);
        await page.EvaluateAsync<object?>(CountPolls);
        return new Tab(page);
    }

    /// <summary>How many polls the page has begun.</summary>
    public Task<int> PollsAsync() => page.EvaluateAsync<int>("() => window.polls");

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
        await page.EvaluateAsync<object?>(Subscribe, new { url, rcpt = recipient, token, failing, lease = 5 });
        await UntilStateAsync(untilState);
    }

    public Task UntilStateAsync(string state) => page.UntilAsync("state => window.states.at(-1) === state", state);

    public Task UntilReceivedAsync(int count) => page.UntilAsync("count => window.received.length >= count", count);

    public Task<string[]> ReceivedAsync() => page.EvaluateAsync<string[]>("() => window.received");
}
