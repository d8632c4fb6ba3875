using System.Net.Http.Json;
using System.Text.Json;
using FuncComet.Browser.Tests;
using FuncComet.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(Site))]

// More threads than cores: the tests spend most of their time waiting, for example for a lease to end.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 8)]

namespace FuncComet.Browser.Tests;

/// <summary>A LocalHost, which serves the demo page and the JavaScript client, and a Chromium. All tests share them.</summary>
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

    /// <summary>The address of the demo page; ends in a slash.</summary>
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

    /// <summary>Starts another LocalHost with its own mailboxes, because the demo page uses the same recipients everywhere.</summary>
    public Task<LocalHostProcess> StartHostAsync(bool withTokens, params string[] arguments) => LocalHostProcess.StartAsync(
        ["--port", "0", "--storage", _azurite.ConnectionString, .. arguments],
        new Dictionary<string, string>
        {
            ["FuncComet__Mailbox__QueuePrefix"] = $"host{Interlocked.Increment(ref _lastHost)}",
            ["FuncComet__Token__Required"] = withTokens ? "true" : "false",
            ["FuncComet__Token__SigningKey"] = withTokens ? "browser-tests-browser-tests-browser-tests" : "",
        });

    /// <summary>Creates a recipient that no other test uses.</summary>
    public static string NewRecipient() => $"browser-{Interlocked.Increment(ref _lastRecipient)}";

    /// <summary>Opens a separate browser context: its tabs share no locks and no channels with the tabs of other contexts.</summary>
    public async Task<IBrowserContext> NewBrowserAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    public async Task PushAsync(string recipient, string text)
    {
        var content = new StringContent(text);
        using var accepted = await _http.PostAsync($"push?rcpt={recipient}", content, TestContext.Current.CancellationToken).Bounded();
        accepted.EnsureSuccessStatusCode();
    }

    /// <summary>Pushes the texts one after another.</summary>
    public async Task PushAllAsync(string recipient, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            await PushAsync(recipient, text);
        }
    }

    /// <summary>Returns when all messages of a recipient are acknowledged, after which none can be delivered again.</summary>
    public Task UntilNothingIsLeftAsync(string recipient) =>
        Await.UntilAsync(async () => await CountAsync(recipient) == 0, $"an empty mailbox of {recipient}");

    public async Task<int> CountAsync(string recipient) => (await GetAsync($"mailbox?rcpt={recipient}")).GetProperty("messages").GetInt32();

    /// <summary>Returns when the app says that a poll of a recipient is held, or that none is.</summary>
    public Task UntilWaitingAsync(string recipient, bool waiting) => Await.UntilAsync(
        async () => (await GetAsync($"mailbox?rcpt={recipient}")).GetProperty("waiting").GetBoolean() == waiting,
        $"waiting = {waiting} for {recipient}");

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

    private Task<JsonElement> GetAsync(string address) =>
        _http.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken).Bounded();
}
