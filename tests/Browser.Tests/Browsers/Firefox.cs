using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>The Firefox for the tests: <c>FIREFOX_PATH</c>, or one on PATH, or the one of the system's packages.</summary>
internal static class Firefox
{
    // Makes Playwright drive a stock Firefox over WebDriver BiDi. Without it, Playwright drives only a Firefox of its own making.
    private const string StockChannel = "moz-firefox";

    public static Installation Installation { get; } = new()
    {
        Name = "Firefox",
        PathVariable = "FIREFOX_PATH",
        Executables = ["firefox-esr", "firefox"],
        Packages = ["firefox-esr"],
    };

    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright) => await playwright.Firefox.LaunchAsync(new()
    {
        Channel = StockChannel,
        ExecutablePath = await Installation.EnsureInstalledAsync(Console.Out),
    });
}
