using FuncComet.LocalHost;
using FuncComet.Testing;

namespace FuncComet.Browser.Tests;

/// <summary>How one of the browsers is found and, if there is none, installed.</summary>
internal sealed class Installation
{
    private static readonly TimeSpan LongestVersion = TimeSpan.FromSeconds(20);

    /// <summary>What it is called in messages.</summary>
    public required string Name { get; init; }

    /// <summary>The environment variable that names an executable to use instead.</summary>
    public required string PathVariable { get; init; }

    /// <summary>What the executable may be called, the best first.</summary>
    public required IReadOnlyCollection<string> Executables { get; init; }

    /// <summary>Its packages on Debian.</summary>
    public required string[] Packages { get; init; }

    /// <summary>Another executable, which is used if none is on PATH.</summary>
    public Func<Task<string?>> FindElsewhereAsync { get; init; } = () => Task.FromResult<string?>(null);

    /// <summary>What shows that the executable starts, and ends it at once.</summary>
    public string Probe { get; init; } = "--version";

    /// <summary>Whether the rest that the browser needs is there too.</summary>
    public Func<bool> HasTheRest { get; init; } = () => true;

    /// <summary>Another installer, which is tried first.</summary>
    public (string Name, Command Command)? Installer { get; init; }

    /// <summary>The other commands that help a user.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>Returns the path of the executable, after installing it if needed.</summary>
    public async Task<string> EnsureInstalledAsync(TextWriter output)
    {
        if (await FindAsync() is { } found)
        {
            return found;
        }

        // One lock for all browsers, because apt-get runs only once at a time.
        using var turn = await CrossProcessLock.TakeAsync("browser", output, CancellationToken.None);
        if (await FindAsync() is { } foundNow)
        {
            return foundNow;
        }

        var failures = new List<string>();
        foreach (var (what, commands) in Installers())
        {
            await output.WriteLineAsync($"Installing {Name} for the browser tests with {what} (once; it takes about a minute) …");
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
                failures.Add($"  {what}: it succeeded, but there is still no {Name} that starts");
            }
        }

        string[] advice = [$"apt-get install {string.Join(' ', Packages)}   (as root, on Debian)", .. Advice];
        throw new StartException(
            $"""
            The browser tests found no {Name} and could not install one. Run one of these commands and try again:
            {string.Join(Environment.NewLine, advice.Select(command => $"  {command}"))}
            Or set {PathVariable} to the path of an executable. These attempts failed:
            {string.Join(Environment.NewLine, failures.DefaultIfEmpty("  none, because only root on Debian can install it"))}
            """);
    }

    private async Task<string?> FindAsync()
    {
        if (!HasTheRest())
        {
            return null;
        }

        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return await WorksAsync(named)
                ? named
                : throw new StartException($"{PathVariable} is {named}, which does not start as {Name}.");
        }

        foreach (var program in Command.OnPath(Executables))
        {
            if (await WorksAsync(program))
            {
                return program;
            }
        }

        return await FindElsewhereAsync();
    }

    // Some systems have a script of this name that only tells how to install the browser, so the file's existence is not enough.
    private async Task<bool> WorksAsync(string program) =>
        await new Command(program, Probe) { Limit = LongestVersion }.RunAsync(TextWriter.Null) is null;

    private IEnumerable<(string What, IEnumerable<Command> Commands)> Installers()
    {
        if (Installer is var (name, command))
        {
            yield return (name, [command]);
        }

        if (SystemPackages.CanInstall)
        {
            yield return ("the system's packages", SystemPackages.Install(Packages));
        }
    }
}
