using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The demo page, by what a user sees of it.</summary>
internal sealed class Demo
{
    private readonly List<string> _complaints = [];

    private Demo(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>What the browser complained about: errors, and what the page's policy forbids.</summary>
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

    public ILocator Button(string person, string name) => Person(person).GetByRole(AriaRole.Button, new FrameLocatorGetByRoleOptions { Name = name, Exact = true });

    /// <summary>The messages that came to a person and have this text.</summary>
    public ILocator Received(string person, string text) => Person(person).Locator("#messages .in", new FrameLocatorLocatorOptions { HasTextString = text });

    public ILocator Sent(string person, string text) => Person(person).Locator("#messages .out", new FrameLocatorLocatorOptions { HasTextString = text });

    public async Task SendAsync(string person, string text)
    {
        await Person(person).GetByLabel("Message", new FrameLocatorGetByLabelOptions { Exact = true }).FillAsync(text);
        await Button(person, "Send").ClickAsync();
    }

    public Task UntilStateAsync(string person, string state) => Assertions.Expect(Person(person).GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex($"^{state}"));
}
