using FuncComet.LocalHost;
using Microsoft.Playwright;

namespace FuncComet.Browser.Tests;

/// <summary>
/// The Chromium that the tests drive: <c>CHROME_PATH</c>, else one on PATH, else Playwright's own. Where there is none it is installed once: by
/// Playwright's installer, or, for root and where that has no network to its servers, by the system's packages.
/// </summary>
internal static class Chromium
{
    private const string PathVariable = "CHROME_PATH";

    private static readonly string[] Names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
    private static readonly TimeSpan LongestVersion = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestDownload = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestInstall = TimeSpan.FromMinutes(5);

    private static string Installer => Path.Combine(AppContext.BaseDirectory, ".playwright", "package", "cli.js");

    /// <summary>The path of its program.</summary>
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
            await output.WriteLineAsync($"The browser tests need a Chromium and there is none: installing it by {what} (once; a minute or so) …");
            if (await RunAllAsync(commands, output) is { } failed)
            {
                await output.WriteLineAsync($"  That failed: {failed.Why}");
                failures.Add($"{failed}");
            }
            else if (await FindAsync() is { } installed)
            {
                await output.WriteLineAsync($"Installed: {installed}");
                return installed;
            }
            else
            {
                failures.Add($"  {what}: it ended well, but there is no Chromium that starts");
            }
        }

        throw new StartException(
            $"""
            The browser tests found no Chromium and could not install one. Install it and try again, by one of these:
              apt-get install chromium                              (as root, on Debian)
              node "{Installer}" install --with-deps chromium
            or set {PathVariable} to the program of a Chromium or Chrome. What was tried:
            {string.Join(Environment.NewLine, failures)}
            """);
    }

    /// <summary>Starts it, with the sandbox that root cannot have.</summary>
    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright, string path) => await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = path,
        ChromiumSandbox = !Environment.IsPrivilegedProcess,
    });

    private static async Task<string?> FindAsync()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return await WorksAsync(named) ? named : throw new StartException($"{PathVariable} is {named}, which is no Chromium that starts.");
        }

        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var program in Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Where(File.Exists))
        {
            if (await WorksAsync(program))
            {
                return program;
            }
        }

        using var playwright = await Playwright.CreateAsync();
        return File.Exists(playwright.Chromium.ExecutablePath) ? playwright.Chromium.ExecutablePath : null;
    }

    // Some systems have a script of this name that only says where to get it.
    private static async Task<bool> WorksAsync(string program)
    {
        return await new Command(program, "--version") { Limit = LongestVersion }.RunAsync(TextWriter.Null) is null;
    }

    private static IEnumerable<(string What, Command[] Commands)> Installers()
    {
        yield return ("Playwright's installer", [new Command("node", Installer, "install", "--no-shell", "chromium") { Limit = LongestDownload }]);
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            yield return ("the system's packages",
            [
                new Command("apt-get", "update") { Limit = LongestInstall },
                new Command("apt-get", "install", "-y", "--no-install-recommends", "chromium") { Limit = LongestInstall },
            ]);
        }
    }

    private static async Task<CommandFailure?> RunAllAsync(Command[] commands, TextWriter output)
    {
        foreach (var command in commands)
        {
            if (await command.RunAsync(output) is { } failed)
            {
                return failed;
            }
        }

        return null;
    }
}
