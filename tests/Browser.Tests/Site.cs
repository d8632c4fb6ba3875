using FuncComet.Browser.Tests;
using FuncComet.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(Site))]

// More threads than cores: the tests spend much of their time waiting, for example for a lease to end. With many more, three browsers at
// once would keep one another from being in time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 4)]

namespace FuncComet.Browser.Tests;

/// <summary>A LocalHost, which serves the demo page and the JavaScript client, and the browsers. All tests share them.</summary>
public sealed class Site : IAsyncLifetime
{
    private const float Patience = 60_000;

    private static int _lastRecipient;
    private static int _lastHost;

    private readonly Azurite _azurite = new();
    private readonly Lazy<Task<IBrowser>> _chromium;
    private readonly Lazy<Task<IBrowser>> _firefox;
    private readonly Lazy<Task<Display>> _display = new(Display.StartAsync);
    private LocalHostProcess _host = null!;
    private IPlaywright _playwright = null!;

    /// <summary>Creates it; a browser is started when a test first needs it.</summary>
    public Site()
    {
        _chromium = new Lazy<Task<IBrowser>>(() => Chromium.LaunchAsync(_playwright));
        _firefox = new Lazy<Task<IBrowser>>(() => Firefox.LaunchAsync(_playwright));
    }

    /// <summary>The address of the demo page; ends in a slash.</summary>
    public Uri Page => new(_host.Url, "/");

    /// <summary>The mailboxes of the LocalHost.</summary>
    internal Mailboxes Mailboxes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Engines.EnsureInstalledAsync(Console.Out);
        await _azurite.InitializeAsync();
        _host = await StartHostAsync(withTokens: false);
        Mailboxes = new Mailboxes(_host.Url);
        _playwright = await Playwright.CreateAsync();
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

    /// <summary>Opens a browser with a profile of its own. By default its window is as large as the browser likes.</summary>
    internal async Task<IProfile> NewProfileAsync(Engine engine, ViewportSize? size = null)
    {
        switch (engine)
        {
            case Engine.Chromium:
                // Playwright answers for the empty page, which so has no network address. Chromium treats it as a public page, which needs
                // a permission for local addresses.
                // A proxy of the tests has a certificate of its own.
                return await NewContextAsync(
                    _chromium,
                    new() { ViewportSize = size, Permissions = ["local-network-access"], IgnoreHTTPSErrors = true });
            case Engine.Firefox:
                return await NewContextAsync(_firefox, new() { ViewportSize = size });
            default:
                var program = await WebKitGtk.Installation.EnsureInstalledAsync(Console.Out);
                return new WebKitProfile(await WebKitGtk.StartAsync(program, await GetDisplayAsync(), size));
        }
    }

    /// <summary>The screen of the browsers that need one.</summary>
    internal Task<Display> GetDisplayAsync() => _display.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in ((Lazy<Task<IBrowser>>[])[_chromium, _firefox]).Where(browser => browser.IsValueCreated))
        {
            await (await browser.Value).DisposeAsync();
        }

        if (_display.IsValueCreated)
        {
            await (await _display.Value).DisposeAsync();
        }

        _playwright?.Dispose();
        Mailboxes?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _azurite.DisposeAsync();
    }

    private static async Task<IProfile> NewContextAsync(Lazy<Task<IBrowser>> browser, BrowserNewContextOptions options)
    {
        var context = await (await browser.Value).NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return new PlaywrightProfile(context);
    }
}
