using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>
/// The Chromium for the tests: <c>CHROME_PATH</c>, or one on PATH, or Playwright's own. If there is none, Playwright's installer installs
/// one or, if that fails (for example because its servers cannot be reached), the system's packages have one. The one without a user
/// interface, which Debian packages by itself, does the same for half of the machine's time.
/// </summary>
internal static class Chromium
{
    private static readonly TimeSpan LongestDownload = TimeSpan.FromMinutes(5);

    public static Installation Installation { get; } = new()
    {
        Name = "Chromium",
        PathVariable = "CHROME_PATH",
        Executables = ["chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable", "chromium-browser"],
        FindElsewhereAsync = FindPlaywrightsOwnAsync,
        Installer = ("Playwright's installer", Download),
        Packages = ["chromium-headless-shell"],
        Advice = [$"node \"{Installer}\" install --with-deps chromium"],
    };

    private static Command Download => new("node", Installer, "install", "--no-shell", "chromium") { Limit = LongestDownload };

    private static string Installer => Path.Combine(AppContext.BaseDirectory, ".playwright", "package", "cli.js");

    /// <summary>Starts it; with its sandbox, except for root, which cannot use it.</summary>
    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright) => await playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = await Installation.EnsureInstalledAsync(Console.Out),
        ChromiumSandbox = !Environment.IsPrivilegedProcess,
    });

    private static async Task<string?> FindPlaywrightsOwnAsync()
    {
        using var playwright = await Playwright.CreateAsync();
        return File.Exists(playwright.Chromium.ExecutablePath) ? playwright.Chromium.ExecutablePath : null;
    }
}
