using FuncComet.LocalHost;
using FuncComet.Testing;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>
/// Finds the Chromium for the tests: <c>CHROME_PATH</c>, or one on PATH, or Playwright's own. If there is none, installs one: with
/// Playwright's installer or, if that fails (for example because its servers cannot be reached) and the tests run as root, from the
/// system's packages.
/// </summary>
internal static class Chromium
{
    private const string PathVariable = "CHROME_PATH";

    private static readonly string[] Names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
    private static readonly TimeSpan LongestVersion = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestDownload = TimeSpan.FromMinutes(5);

    private static string Installer => Path.Combine(AppContext.BaseDirectory, ".playwright", "package", "cli.js");

    /// <summary>Returns the path of Chromium's executable, after installing it if needed.</summary>
    public static async Task<string> EnsureInstalledAsync(TextWriter output)
    {
        if (await FindAsync() is { } found)
        {
            return found;
        }

        using var turn = await CrossProcessLock.TakeAsync("browser", output, CancellationToken.None);
        if (await FindAsync() is { } foundNow)
        {
            return foundNow;
        }

        var failures = new List<string>();
        foreach (var (what, commands) in Installers())
        {
            await output.WriteLineAsync($"Installing Chromium for the browser tests with {what} (once; it takes about a minute) …");
            if (await Command.RunAllAsync(commands, output) is { } failed)
            {
                await output.WriteLineAsync($"  The installation failed: {failed.Why}");
                failures.Add($"{failed}");
            }
            else if (await FindAsync() is { } installed)
            {
                await output.WriteLineAsync($"Installed: {installed}");
                return installed;
            }
            else
            {
                failures.Add($"  {what}: it succeeded, but there is still no Chromium that starts");
            }
        }

        throw new StartException(
            $"""
            The browser tests found no Chromium and could not install one. Run one of these commands and try again:
              apt-get install chromium                              (as root, on Debian)
              node "{Installer}" install --with-deps chromium
            Or set {PathVariable} to the path of a Chromium or Chrome executable. These attempts failed:
            {string.Join(Environment.NewLine, failures)}
            """);
    }

    /// <summary>Starts Chromium; with its sandbox, except for root, which cannot use it.</summary>
    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright, string path)
    {
        var options = new BrowserTypeLaunchOptions { ExecutablePath = path, ChromiumSandbox = !Environment.IsPrivilegedProcess };
        return await playwright.Chromium.LaunchAsync(options);
    }

    private static async Task<string?> FindAsync()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return await WorksAsync(named)
                ? named
                : throw new StartException($"{PathVariable} is {named}, which does not start as a Chromium.");
        }

        foreach (var program in Command.OnPath(Names))
        {
            if (await WorksAsync(program))
            {
                return program;
            }
        }

        using var playwright = await Playwright.CreateAsync();
        return File.Exists(playwright.Chromium.ExecutablePath) ? playwright.Chromium.ExecutablePath : null;
    }

    // Some systems have a script of this name that only tells how to install Chromium, so the file's existence is not enough.
    private static async Task<bool> WorksAsync(string program) =>
        await new Command(program, "--version") { Limit = LongestVersion }.RunAsync(TextWriter.Null) is null;

    private static IEnumerable<(string What, Command[] Commands)> Installers()
    {
        yield return ("Playwright's installer",
        [
            new Command("node", Installer, "install", "--no-shell", "chromium") { Limit = LongestDownload },
        ]);
        if (SystemPackages.CanInstall)
        {
            yield return ("the system's packages", [.. SystemPackages.Install("chromium")]);
        }
    }
}
