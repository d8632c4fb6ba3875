using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page, through the elements that a user sees.</summary>
internal sealed class Demo : IAsyncDisposable
{
    private readonly IProfile _profile;

    private Demo(IProfile profile, IBrowserTab tab) => (_profile, Tab) = (profile, tab);

    public IBrowserTab Tab { get; }

    /// <summary>The page, for what only Playwright can do.</summary>
    public IPage Page => ((PlaywrightTab)Tab).Page;

    /// <summary>Opens the page in a new tab. From then on, the profile belongs to it.</summary>
    public static async Task<Demo> OpenAsync(IProfile profile, Uri address) => new(profile, await profile.OpenAsync(address));

    public ValueTask DisposeAsync() => _profile.DisposeAsync();

    /// <summary>The title of a person's frame.</summary>
    public static string FrameOf(string person) => $"{person}'s page";

    /// <summary>The errors and warnings of the page and its frames.</summary>
    public Task<IReadOnlyCollection<string>> ComplaintsAsync() => Tab.ComplaintsAsync();

    /// <summary>Elements of the page itself.</summary>
    public Elements Shown(string selector) => new(Tab, null, selector);

    /// <summary>Elements of a person's frame.</summary>
    public Elements Shown(string person, string selector, string text = "") => new(Tab, FrameOf(person), selector, text);

    /// <summary>The messages with this text that a person received.</summary>
    public Elements Received(string person, string text) => Shown(person, "#messages .in", text);

    /// <summary>The messages with this text that a person sent.</summary>
    public Elements Sent(string person, string text) => Shown(person, "#messages .out", text);

    public Task ClickAsync(string person, string button) => Tab.ClickButtonAsync(FrameOf(person), button);

    public async Task SendAsync(string person, string text, string button = "Send")
    {
        await Tab.FillAsync(FrameOf(person), "Message", text);
        await ClickAsync(person, button);
    }

    /// <summary>Opens the list of a person's requests.</summary>
    public Task ShowRequestsAsync(string person) => Tab.ClickTextAsync(FrameOf(person), "On the wire");

    public Task UntilStateAsync(string person, string state) =>
        Shown(person, "#state").UntilTextAsync(new Regex($"^{state}"));
}
