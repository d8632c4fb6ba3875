using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page, through the elements that a user sees.</summary>
internal sealed class Demo
{
    private readonly List<string> _complaints = [];

    private Demo(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>The browser's errors and warnings, including violations of the page's content security policy.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public static async Task<Demo> OpenAsync(IBrowserContext browser, Uri address)
    {
        var demo = new Demo(await browser.NewPageAsync());
        demo.Page.PageError += (_, error) => demo._complaints.Add(error);
        demo.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                demo._complaints.Add(message.Text);
            }
        };
        await demo.Page.GotoAsync($"{address}");
        return demo;
    }

    public IFrameLocator Person(string name) => Page.FrameLocator($"iframe[title=\"{name}'s page\"]");

    public ILocator Button(string person, string name) =>
        Person(person).GetByRole(AriaRole.Button, new FrameLocatorGetByRoleOptions { Name = name, Exact = true });

    /// <summary>The messages with this text that a person received.</summary>
    public ILocator Received(string person, string text) => Messages(person, ".in", text);

    /// <summary>The messages with this text that a person sent.</summary>
    public ILocator Sent(string person, string text) => Messages(person, ".out", text);

    public async Task SendAsync(string person, string text, string button = "Send")
    {
        await Person(person).GetByLabel("Message", new FrameLocatorGetByLabelOptions { Exact = true }).FillAsync(text);
        await Button(person, button).ClickAsync();
    }

    public Task UntilStateAsync(string person, string state) =>
        Assertions.Expect(Person(person).GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex($"^{state}"));

    private ILocator Messages(string person, string direction, string text) =>
        Person(person).Locator($"#messages {direction}", new FrameLocatorLocatorOptions { HasTextString = text });
}
