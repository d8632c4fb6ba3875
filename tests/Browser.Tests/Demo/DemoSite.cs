using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>
/// The demo page of a LocalHost with mailboxes of its own, for the tests of a class. They run one after another, because the page's people
/// have the same names in each.
/// </summary>
public sealed class DemoSite(Site site) : IAsyncLifetime
{
    private LocalHostProcess? _host;

    internal Mailboxes Mailboxes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await site.StartHostAsync(withTokens: false);
        Mailboxes = new Mailboxes(_host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        Mailboxes?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>Opens the page in a browser of its own, and returns when both people are connected.</summary>
    internal async Task<Demo> OpenAsync(Engine browser, ViewportSize? size = null)
    {
        var demo = await Demo.OpenAsync(await site.NewProfileAsync(browser, size), new Uri(_host!.Url, "/"));

        // Before that, a page may not listen to its buttons yet.
        await demo.UntilStateAsync("Alice", "Connected");
        await demo.UntilStateAsync("Bob", "Connected");
        return demo;
    }

    /// <summary>Opens the page in a WebKitGTK that shows its console.</summary>
    internal async Task<WebKitWindow> OpenWebKitWindowAsync() =>
        WebKitWindow.Open(new Uri(_host!.Url, "/"), await site.GetDisplayAsync());
}
