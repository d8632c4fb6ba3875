using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Browser.Tests;
using FuncComet.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SuiteLock))]
[assembly: AssemblyFixture(typeof(Site))]

// They wait most of the time: for a lease to end, for the network to come back.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 8)]

namespace FuncComet.Browser.Tests;

/// <summary>A LocalHost as a user starts it, with the demo page and the JavaScript client, and one Chromium for all.</summary>
public sealed class Site : IAsyncLifetime
{
    private const float Patience = 60_000;

    private static int _lastRecipient;
    private static int _lastHost;

    private readonly Azurite _azurite = new();
    private LocalHostProcess _host = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private HttpClient _http = null!;

    /// <summary>The demo page's address, which ends in a slash.</summary>
    public Uri Page => new(_host.Url, "/");

    public async ValueTask InitializeAsync()
    {
        var chromium = await Chromium.EnsureInstalledAsync(Console.Out);
        await _azurite.InitializeAsync();
        _host = await StartHostAsync(withTokens: false);
        _http = new HttpClient { BaseAddress = _host.Url };
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright, chromium);
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    /// <summary>Another LocalHost, whose mailboxes are not this one's: the demo's people have the same names everywhere.</summary>
    public Task<LocalHostProcess> StartHostAsync(bool withTokens, params string[] arguments) => LocalHostProcess.StartAsync(
        ["--port", "0", "--storage", _azurite.ConnectionString, .. arguments],
        new Dictionary<string, string>
        {
            ["FuncComet__Mailbox__QueuePrefix"] = $"host{Interlocked.Increment(ref _lastHost)}",
            ["FuncComet__Token__Required"] = withTokens ? "true" : "false",
            ["FuncComet__Token__SigningKey"] = withTokens ? "browser-tests-browser-tests-browser-tests" : "",
        });

    /// <summary>A recipient that no other test uses.</summary>
    public static string NewRecipient() => $"browser-{Interlocked.Increment(ref _lastRecipient)}";

    /// <summary>A browser of its own, which ends when it is disposed: its tabs share locks and channels with no other's.</summary>
    public async Task<IBrowserContext> NewBrowserAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    public async Task PushAsync(string recipient, string text)
    {
        using var accepted = await _http.PostAsync($"push?rcpt={recipient}", new StringContent(text), TestContext.Current.CancellationToken).Bounded();
        accepted.EnsureSuccessStatusCode();
    }

    /// <summary>Pushes one after another.</summary>
    public async Task PushAllAsync(string recipient, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            await PushAsync(recipient, text);
        }
    }

    /// <summary>Returns when everything that was pushed to a recipient is acknowledged, so that nothing can come again.</summary>
    public Task UntilNothingIsLeftAsync(string recipient) => Await.UntilAsync(async () => await CountAsync(recipient) == 0, $"an empty mailbox of {recipient}");

    public async Task<int> CountAsync(string recipient) =>
        (await _http.GetFromJsonAsync<JsonElement>($"mailbox?rcpt={recipient}", TestContext.Current.CancellationToken).Bounded()).GetProperty("messages").GetInt32();

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }
}
