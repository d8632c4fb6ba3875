using OpenQA.Selenium;
using OpenQA.Selenium.Remote;

namespace FuncComet.Browser.Tests;

/// <summary>A WebKitGTK of its own.</summary>
internal sealed class WebKitProfile(WebKitGtk browser) : IProfile
{
    // The driver cannot answer in place of LocalHost, so the empty page takes the place of a file without a content security policy.
    private const string File = "settings.json";
    private const string Empty = "() => { document.documentElement.innerHTML = '<head><title>A tab</title></head><body></body>'; }";

    // The driver works for one tab at a time, and does one thing at a time.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // A switch takes the focus from the frames of the tab that is switched to, so there is none to the current one.
    private string? _current;

    public async Task<IBrowserTab> OpenAsync(Uri address)
    {
        var handle = await DoAsync(session =>
        {
            // The browser begins with a tab, which is the first one to be used.
            if (_current is not null)
            {
                session.SwitchTo().NewWindow(WindowType.Tab);
            }

            session.Navigate().GoToUrl(address);
            return _current = session.CurrentWindowHandle;
        });
        var tab = new WebKitTab(this, handle);
        await tab.WatchAsync();
        return tab;
    }

    public async Task<IBrowserTab> OpenEmptyAsync(Uri origin)
    {
        var tab = await OpenAsync(new Uri(origin, File));
        await tab.EvaluateAsync<object?>(Empty);
        return tab;
    }

    /// <summary>Works with a tab, after the others that want to work with the browser.</summary>
    public Task<T> DoAsync<T>(string handle, Func<RemoteWebDriver, T> work) => DoAsync(session =>
    {
        if (handle != _current)
        {
            session.SwitchTo().Window(handle);
            _current = handle;
        }

        session.SwitchTo().DefaultContent();
        return work(session);
    });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        _turn.Dispose();
    }

    private async Task<T> DoAsync<T>(Func<RemoteWebDriver, T> work)
    {
        await _turn.WaitAsync();
        try
        {
            // Selenium blocks its thread.
            return await Task.Run(() => work(browser.Session));
        }
        finally
        {
            _turn.Release();
        }
    }
}
