using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>A page that Playwright drives.</summary>
internal sealed class PlaywrightTab : IBrowserTab
{
    // Checks at intervals instead of at every animation frame, which is Playwright's default.
    private static readonly PageWaitForFunctionOptions Periodically = new() { PollingInterval = 50 };

    private readonly ConcurrentQueue<string> _complaints = new();

    public PlaywrightTab(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>The browser's own too, such as violations of the page's content security policy.</summary>
    public Task<IReadOnlyCollection<string>> ComplaintsAsync() => Task.FromResult<IReadOnlyCollection<string>>(_complaints);

    public Task<T> EvaluateAsync<T>(string function, object? argument = null) => Page.EvaluateAsync<T>(function, argument);

    public Task UntilAsync(string function, object? argument = null) => Page.WaitForFunctionAsync(function, argument, Periodically);

    public Task ClickButtonAsync(string? frame, string name) => frame is null
        ? Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync()
        : Frame(frame).GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    public Task ClickTextAsync(string frame, string text) => Frame(frame).GetByText(text).ClickAsync();

    public Task FillAsync(string frame, string label, string text) =>
        Frame(frame).GetByLabel(label, new() { Exact = true }).FillAsync(text);

    public Task SelectAsync(string frame, string label, string option) => Frame(frame).GetByLabel(label).SelectOptionAsync(option);

    public Task PressAsync(string key) => Page.Keyboard.PressAsync(key);

    public Task TypeAsync(string text) => Page.Keyboard.TypeAsync(text);

    public Task CloseAsync() => Page.CloseAsync();

    private IFrameLocator Frame(string title) => Page.FrameLocator($"iframe[title=\"{title}\"]");
}
