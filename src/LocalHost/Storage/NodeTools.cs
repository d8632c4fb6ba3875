using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FuncComet.LocalHost.Storage;

/// <summary>
/// The packages that a package.json pins. <c>npm ci</c> installs them on first use and after every change of the lock
/// file. The tests' packages have a folder of their own, because <c>npm ci</c> first empties node_modules and a running
/// Azurite must keep its files.
/// </summary>
internal sealed class NodeTools
{
    private readonly string _name;
    private readonly string _folder;

    private NodeTools(string name, params string[] folder)
    {
        _name = name;
        _folder = Path.Combine([RepositoryRoot.Folder, .. folder]);
    }

    /// <summary>The package that running needs.</summary>
    public static NodeTools Azurite { get; } = new("Azurite", "src", "LocalHost");

    /// <summary>Linters and compilers, which only the tests need.</summary>
    public static NodeTools OfTests { get; } = new("test tools");

    // npm ci empties node_modules before it fills it, so the stamp exists only after an installation that completed.
    private string Stamp => Path.Combine(_folder, "node_modules", ".funccomet-installed");

    public async Task EnsureInstalledAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var lockFile = await File.ReadAllBytesAsync(Path.Combine(_folder, "package-lock.json"), cancellationToken);
        var wanted = Convert.ToHexString(SHA256.HashData(lockFile));
        if (IsInstalled(wanted))
        {
            return;
        }

        using var turn = await CrossProcessLock.TakeAsync($"set-up of {_name}", output, cancellationToken);
        if (IsInstalled(wanted))
        {
            return;
        }

        await output.WriteLineAsync($"Installing {_name} with npm ci (only once, about half a minute) …");
        await RunNpmAsync(output, cancellationToken);
        await File.WriteAllTextAsync(Stamp, wanted, cancellationToken);
    }

    /// <summary>Starts a program that Node provides. If Node is missing, the exception says so in one line.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new StartException(
                $"'{start.FileName}' was not found: Azurite needs Node.js 20 or later with npm (https://nodejs.org). "
                + "Or use a storage that already runs: --storage \"<connection string>\".");
        }
    }

    private bool IsInstalled(string wanted) => File.Exists(Stamp) && File.ReadAllText(Stamp) == wanted;

    private async Task RunNpmAsync(TextWriter output, CancellationToken cancellationToken)
    {
        string[] arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=http"];
        using var npm = Start(new ProcessStartInfo(
            OperatingSystem.IsWindows() ? "cmd" : "npm",
            OperatingSystem.IsWindows() ? ["/c", "npm", .. arguments] : arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var fetched = 0;
        var last = new Queue<string>();
        try
        {
            await Task.WhenAll(PassOnAsync(npm.StandardOutput), PassOnAsync(npm.StandardError));
            await npm.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Before the lock is released: two installations at the same time would break each other.
            npm.Kill(entireProcessTree: true);
            await npm.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        if (npm.ExitCode != 0)
        {
            throw new StartException(
                $"npm ci failed (exit code {npm.ExitCode}); run it in {_folder} to see why. Its last lines:"
                + $"{Environment.NewLine}{string.Join(Environment.NewLine, last)}");
        }

        // One line per fetched package would be hundreds. Every fiftieth one shows that there is progress.
        async Task PassOnAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!line.Contains("http fetch", StringComparison.Ordinal))
                {
                    lock (last)
                    {
                        last.Enqueue(line);
                        _ = last.Count > 15 && last.TryDequeue(out _);
                    }
                }
                else if (Interlocked.Increment(ref fetched) % 50 == 0)
                {
                    await output.WriteLineAsync($"  {fetched} packages fetched");
                }
            }
        }
    }
}
